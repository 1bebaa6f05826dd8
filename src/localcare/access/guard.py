"""Every page says who may see it. A page that says nothing is shown to nobody."""

from collections.abc import Callable, Collection
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.generic import RedirectView

from localcare.access.roles import roles
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer

# Where a session keeps which of their posts somebody acts in.
POST_IN_SESSION = "post"
NO_POST = Decision(
    False, Basis.ROLE, "You have no post here today. Ask whoever manages accounts in your organisation to give you one."
)


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks, in the post they act in. Raises Refused for somebody without a post today."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        raise Refused(NO_POST)
    return viewer


def requires(*capabilities: Capability) -> Callable:
    """The page is for roles that have any of these capabilities."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            viewer = viewer_of(request)
            if not any(viewer.can(capability) for capability in capabilities):
                raise Refused(_not_for(viewer, capabilities))
            return view(request, *args, **kwargs)

        guarded.requires = frozenset(capabilities)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _not_for(viewer: Viewer, capabilities: Collection[Capability]) -> Decision:
    """Why not, and whom to ask: those whose roles have what the page needs."""
    those = [role.label for role in roles().values() if role.capabilities & set(capabilities)]
    whom = f" It is for: {', '.join(those)}. Ask one of them." if those else ""
    change = "If it belongs to your work, ask whoever manages accounts in your organisation to change your role."
    return Decision(False, Basis.ROLE, f"This page is not for the role of {viewer.role_label}.{whom} {change}")


def everyone_signed_in(view: Callable) -> Callable:
    """The page is for anybody signed in, whatever their role."""
    view.requires = frozenset()  # type: ignore[attr-defined]
    return view


def public(view: Callable) -> Callable:
    """The page needs no sign-in: it shows nothing of anybody."""
    view.requires = None  # type: ignore[attr-defined]
    return login_not_required(view)


# Pages of packages cannot carry our declaration; sign-in and its second factor have rules of their own.
PACKAGES_WITH_OWN_RULES = ("allauth.", "django.contrib.staticfiles", "whitenoise.")


def declared(view: Callable) -> bool:
    """Does the page say who may see it?"""
    kind = getattr(view, "view_class", view)
    # A mere redirect shows nothing; where it leads declares for itself.
    return hasattr(view, "requires") or kind is RedirectView or kind.__module__.startswith(PACKAGES_WITH_OWN_RULES)
