"""The headers that every answer carries, errors and refusals included.

Nothing is loaded from elsewhere, nothing is framed, no address of ours is told to a site that is visited next, and
nothing is kept by a browser or a proxy, unless a view says of its answer that it is the same for everybody.
Our own files carry a stricter policy, because a worker is bound by the one that came with its file and not by its
page's: the worker that hashes her pictures can ask nobody for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
OWN_FILES = "default-src 'none'; script-src 'self'"
PLAYS_CHOSEN_FILES = f"{CONTENT_SECURITY_POLICY}; media-src blob:"

ALWAYS = {
    # Not `no-referrer`: browsers then send `Origin: null` with our own forms, and each would be refused as forged.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
}
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


class SecurityHeaders:
    """Puts the headers on whatever comes out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response[name] = value
        if settings.CONFIGURATION.web.scheme == "https":
            response["Strict-Transport-Security"] = STRICT_TRANSPORT
        static = request.path_info.startswith(settings.STATIC_URL) and response.status_code in {200, 206, 304}
        usual = OWN_FILES if static else CONTENT_SECURITY_POLICY
        response["Content-Security-Policy"] = getattr(response, "policy", usual)
        if not static:
            response["Cache-Control"] = getattr(response, "may_be_kept", "no-store")
        return response


def may_be_kept(response: R, *, seconds: int, immutable: bool = False) -> R:
    """Let browsers and proxies keep an answer that is the same for everybody; the public surface's alone."""
    rest = ", immutable" if immutable else ""
    response.may_be_kept = f"public, max-age={seconds}{rest}"  # type: ignore[attr-defined]
    return response


def plays_chosen_files(response: R) -> R:
    """Let this one page lead its own player through a video that she chose on her device; it shows none of it."""
    response.policy = PLAYS_CHOSEN_FILES  # type: ignore[attr-defined]
    return response
