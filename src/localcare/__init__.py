"""Localcare: the digital system of a local care model, for care and for planning."""

import os


def start() -> None:
    """Open this installation (`LOCALCARE_DATA`) from Python, as an analyst's session or a notebook does first."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    django.setup()
