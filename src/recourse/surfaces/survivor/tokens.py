"""The check of a form's token where a refusal must not cost the person what she typed.

Django's middleware answers a bad token with a page of its own, and the text would be gone. A view that is
exempt from it asks here instead, and shows its own form again with the text and a fresh token.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:  # noqa: ARG002 - Django's signature
        return reason


def _nobody(_request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def is_from_our_form(request: HttpRequest) -> bool:
    """Tell whether the form that was sent carries the token this browser holds."""
    check = _Check(_nobody)
    check.process_request(request)
    return check.process_view(request, _nobody, (), {}) is None
