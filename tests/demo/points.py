"""Where `doomed.py` kills a demo."""

KILLED = 9
# By step: about how many write points it has, and how many of them are drawn.
DRAWN = {
    "Empty store": (600, 1),
    "Places": (12, 1),
    "Extracts": (4, 1),
    "Intake": (150, 3),
    "Population run": (20, 2),
    "Record": (100, 1),
    "Accounts": (100, 1),
    "First work": (90, 3),
}
# Of a rebuild, the points at which it removes what stands come first: about how many, and how many are drawn.
REMOVING = (60, 4)
