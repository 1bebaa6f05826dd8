"""Reads of patients, for `access` alone: everybody else receives people from `access.queries`."""
