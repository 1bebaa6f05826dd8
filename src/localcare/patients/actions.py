"""Writes of patients."""

from localcare.patients.matching import find_or_add, identify

__all__ = ["find_or_add", "identify"]
