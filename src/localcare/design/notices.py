"""Saving is never silent: what happened, and where undoing is safe, the way back."""

from django.contrib import messages
from django.http import HttpRequest


def tell(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say on the next page what was done; `undo` is an address of this site that takes it back when posted to."""
    messages.success(request, text, extra_tags=undo)


def warn(request: HttpRequest, text: str) -> None:
    """Say on the next page what to be careful of."""
    messages.warning(request, text)


def refuse(request: HttpRequest, text: str) -> None:
    """Say on the next page what was not done, and what to do instead."""
    messages.error(request, text)
