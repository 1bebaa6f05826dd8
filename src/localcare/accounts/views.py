from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/index.jinja")


@login_not_required
def closed(request: HttpRequest, **kwargs) -> HttpResponse:
    """Whom to ask for what nobody does for themselves."""
    return render(request, "accounts/closed.jinja")
