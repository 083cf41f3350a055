"""Which surface answers: decided by the exact host name of the request, before anything else is.

Refuses: every other host name, with 400 and without a look at the path. No surface is reachable under
another's name, so a link, a cookie or a passkey of one is worth nothing at another.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from recourse.surfaces.frame import problems


def surface_of(request: HttpRequest) -> str | None:
    """Return the routes' module of the surface this request was sent to, or nothing for an unknown host."""
    try:
        host = request.get_host().lower()
    except DisallowedHost:
        return None
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    surfaces: dict[str, str] = settings.SURFACES
    return surfaces.get(name)


class SurfaceByHost:
    """Gives each request the routes of its surface."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the routes, or refuse."""
        surface = surface_of(request)
        if surface is None:
            return problems.unknown_host(request)
        request.urlconf = surface
        return self.get_response(request)
