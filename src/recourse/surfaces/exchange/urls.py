"""The routes of the exchange. A method that an address does not take is refused before anything is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from recourse.surfaces.exchange import operations, service
from recourse.surfaces.frame import health

Handler = Callable[..., Any]


def _taking(method: str, handler: Handler) -> Handler:
    """Refuse every other method with a problem document."""

    @wraps(handler)
    def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        if request.method != method:
            response = service.answer(service.WrongMethodError())
            response["Allow"] = method
            return response
        answer: HttpResponse = handler(request, *args, **named)
        return answer

    # The name by which Django knows that a form's token is not asked for: no cookie opens anything here.
    guarded.csrf_exempt = True  # type: ignore[attr-defined]
    return guarded


def _routes() -> list[URLPattern]:
    """Return ninja's own routes, each with the one method that it takes."""
    taken: Mapping[str, str] = {
        f"v1{view_path.removeprefix('/v1')}": next(iter(view.operations[0].methods))
        for _prefix, router in operations.api._routers  # noqa: SLF001 - ninja has no other list of its operations
        for view_path, view in router.path_operations.items()
    }
    patterns = [
        one for one in operations.api.urls[0] if isinstance(one, URLPattern) and str(one.pattern) in taken
    ]
    for one in patterns:
        one.callback = _taking(taken[str(one.pattern)], one.callback)
    return patterns


def description() -> dict[str, Any]:
    """Return the OpenAPI description of the exchange, to be shown beside that of the open data."""
    return dict(operations.api.get_openapi_schema(path_prefix="/exchange/"))


app_name = "exchange"
urlpatterns = [
    *(path(f"exchange/{one.pattern}", one.callback, name=one.name) for one in _routes()),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", service.not_found),
    path("<path:path>", service.not_found),
]
