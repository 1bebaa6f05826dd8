"""Pages of the house: its health, its help, which post one acts in."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import queries as gate
from localcare.access.guard import POST_IN_SESSION, everyone_signed_in, public


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


@everyone_signed_in
def posts(request: HttpRequest) -> HttpResponse:
    """Choose which of one's posts to act in."""
    viewers = gate.viewers_of(request.user.pk or 0)
    if request.method == "POST":
        chosen = next((v for v in viewers if str(v.post_id) == request.POST.get("post")), None)
        if chosen:
            request.session[POST_IN_SESSION] = chosen.post_id
            return redirect("web:today")
    return render(request, "web/posts.jinja", {"viewers": viewers})
