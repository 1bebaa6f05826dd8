"""How `doomed.py` ends a child that it kills."""

KILLED = 9
