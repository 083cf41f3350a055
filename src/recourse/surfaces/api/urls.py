"""The routes of the open data. What is no GET, or comes too often, is refused before an operation.

A HEAD is a GET without its body.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import conditional_page

from recourse.surfaces.api import allowance, operations, service

Handler = Callable[..., Any]
ALLOWED = "GET, HEAD"


def read_only(handler: Handler) -> Handler:
    """Refuse every method but GET and HEAD, and whoever asks too often, with a problem document."""
    kept = conditional_page(handler)

    @wraps(handler)
    def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        asker = allowance.asker_of(request)
        wait = allowance.allowance.spend(asker) if asker else 0
        if wait:
            return service.answer(allowance.AskedTooOftenError(), wait=wait)
        if request.method not in {"GET", "HEAD"}:
            response = service.answer(service.MethodNotAllowedError())
            response["Allow"] = ALLOWED
            return response
        request.method = "GET"
        answer: HttpResponse = kept(request, *args, **named)
        return answer

    return guarded


def _routes() -> list[URLPattern]:
    """Return ninja's own routes, guarded, and an answer for every other address below."""
    patterns = [one for one in operations.api.urls[0] if isinstance(one, URLPattern)]
    for one in patterns:
        one.callback = read_only(one.callback)
    return [*patterns, path("<path:path>", read_only(service.not_found), name="nothing")]


app_name = "api"
urlpatterns = _routes()


def description() -> str:
    """Return the OpenAPI description as the repository keeps it; a test compares it with what is served."""
    schema = operations.api.get_openapi_schema(path_prefix="/api/")
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
