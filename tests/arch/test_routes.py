"""No page is open by accident."""

from django.urls import URLPattern, URLResolver, get_resolver

from localcare.access.guard import declared


def routes(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def test_every_route_declares_who_may_see_it():
    undeclared = [route for route, view in routes() if not declared(view)]
    assert undeclared == []
