"""Localcare: the digital system of a local care model, for care and for planning."""

import os


def start() -> None:
    """Open this installation (`LOCALCARE_DATA`) from Python, as an analyst's session or a notebook does first.

    Raises `cli.output.CannotRun`, saying what to do, where there is none.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    # A notebook's cells run inside an event loop, one after the other: Django would refuse every question there.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    django.setup()
    from localcare.cli import store

    store.check_up_to_date()
