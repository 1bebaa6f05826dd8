"""Pure functions of a plan: arrays and parameters in, frozen results out; no Django, no clock, no settings."""
