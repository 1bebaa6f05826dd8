"""What may stand in the store after each scenario of `doomed.py`, from nothing to everything, and nothing between."""

KILLED = 9
WHOLE = {
    # minutes, tasks, notes in the record, audit entries
    "meeting": ([0, 0, 0, 0], [1, 2, 1, 1]),
    # plans, steps, audit entries of them; sections, audit entries of them: two saves
    "plan": ([0, 0, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 1]),
    # statements, audit entries
    "record": ([0, 0], [1, 1]),
    # registrations (one stands before), choices, agreements, audit entries
    "registrations": ([1, 0, 0, 0], [8, 7, 2, 2]),
}
