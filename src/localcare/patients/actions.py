"""Writes of patients."""

from localcare.patients.matching import find_or_add, identify
from localcare.patients.registrations import load_registrations

__all__ = ["find_or_add", "identify", "load_registrations"]
