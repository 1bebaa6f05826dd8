"""Beds and home-care capacity: what is described (`system`), drawn (`people`), simulated (`flow`), told (`outcome`).

`need` asks how many beds and home slots a service level takes, `west_kent` holds the starting point of 2017.
"""
