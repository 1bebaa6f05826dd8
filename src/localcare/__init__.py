"""Localcare: the digital system of a local care model, for care and for planning."""
