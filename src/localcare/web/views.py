"""Pages that belong to no single room."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Whether the site answers and reaches its store; for load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.jinja")


@login_not_required
def made(request: HttpRequest) -> HttpResponse:
    return render(request, "web/made.jinja")


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.jinja")
