"""Pages that belong to no single room."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import public


@public
def health(request: HttpRequest) -> HttpResponse:
    """Whether the site answers and reaches its store; for load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@public
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.jinja")


@public
def made(request: HttpRequest) -> HttpResponse:
    return render(request, "web/made.jinja")


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.jinja")
