from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# `access` lies above this room, so these pages carry its declarations (`access.guard`) themselves.


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/index.jinja")


@login_not_required
def closed(request: HttpRequest, **kwargs) -> HttpResponse:
    """Whom to ask for what nobody does for themselves."""
    return render(request, "accounts/closed.jinja")


index.requires = frozenset()  # type: ignore[attr-defined]
closed.requires = None  # type: ignore[attr-defined]
