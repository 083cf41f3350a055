"""A session is worth something only on the surface where it began.

The table of sessions is one for all surfaces and a cookie can be carried anywhere by hand. Refuses: a session
of one surface at another; it is ended for good, because nobody does that by accident.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse

SURFACE_KEY = "surface"
_KEY = re.compile(r"[a-z0-9]{32}")  # as Django makes them


class SessionStaysOnItsSurface:
    """Ends a signed-in session that comes from another surface; stands after the one that finds the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; without a session cookie no table is read."""
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if key is not None and not _KEY.fullmatch(key):
            # Never one of ours; not every database can even be asked for it. Empty, so the cookie is taken away.
            request.session = type(request.session)()
        elif key is not None:
            session = request.session
            if SESSION_KEY in session and session.get(SURFACE_KEY) != getattr(request, "urlconf", None):
                session.flush()
                request.user = AnonymousUser()
        return self.get_response(request)


def bind_surface(*, request: HttpRequest, **_signal: Any) -> None:  # noqa: ANN401 - Django's signal
    """Write the surface of the sign-in into the session."""
    request.session[SURFACE_KEY] = getattr(request, "urlconf", None)


def connect() -> None:
    """Listen to sign-ins; called once, when the frame is ready."""
    user_logged_in.connect(bind_surface, dispatch_uid="recourse.surfaces.frame.bind_surface")
