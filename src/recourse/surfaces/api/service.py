"""The API itself: read-only, without accounts and cookies, so that anybody may keep it and read it from anywhere.

Every error is a problem document (RFC 9457) with a stable code, the framework's own refusals included.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

from recourse.base.core import problems
from recourse.base.core.errors import BadInputError, NotFoundError, RecourseError
from recourse.surfaces.frame.headers import may_be_kept

KEPT = 3600
PROBLEM = "application/problem+json"
RETRY_AFTER = {
    "description": "In how many seconds to ask again.",
    "schema": {"type": "integer", "minimum": 1},
}
ANY_ORIGIN = "*"  # browsers refuse the star together with cookies, and none is set here


class MethodNotAllowedError(BadInputError):
    """The open data is read, not written."""

    code: ClassVar[str] = "method_not_allowed"
    status: ClassVar[int] = HTTPStatus.METHOD_NOT_ALLOWED
    sentence = gettext_noop("The open data can only be read: use GET.")


class OpenData(NinjaAPI):
    """Ninja's API, with answers that may be kept and errors that are problem documents.

    `beside` holds what describes other surfaces for software: one document tells all of them (`config.urls_public`).
    """

    beside: ClassVar[list[Callable[[], dict[str, Any]]]] = []

    def create_response(self, request: HttpRequest, data: Any, **named: Any) -> HttpResponse:  # noqa: ANN401 - ninja's
        """Let an answer be kept by proxies and read by the pages of others."""
        response = super().create_response(request, data, **named)
        response["Access-Control-Allow-Origin"] = ANY_ORIGIN
        response["Content-Language"] = "en"
        return may_be_kept(response, seconds=KEPT)

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:  # noqa: ANN401 - ninja's
        """Describe errors by the type that they really have, and leave out what depends on the versions of others."""
        schema = super().get_openapi_schema(**named)
        for other in (describe() for describe in self.beside):
            schema["paths"].update(other["paths"])
            for kind, named_ones in other["components"].items():
                schema["components"].setdefault(kind, {}).update(named_ones)
        for operations in schema["paths"].values():
            for operation in (one for name, one in operations.items() if name != "servers"):
                for status, response in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        found = response["content"]
                        response["content"] = {PROBLEM: found.pop("application/json", None) or found[PROBLEM]}
                    if int(status) == HTTPStatus.TOO_MANY_REQUESTS:
                        response["headers"] = {"Retry-After": RETRY_AFTER}
        return schema


api = OpenData(
    title="Recourse open data",
    version="1",
    description=(
        "Who was asked, who answered, and what was really gone. The same figures as on the public pages, published "
        "once a day, in blocks of whole months: of more than 10 people, and of at least 10 notices. Reports, "
        "assessments, notices and verified outcomes are four different things and are never added up."
    ),
    docs_url=None,  # its page would load scripts from another host
    openapi_url="/openapi.json",
    urls_namespace="api",
)


def answer(error: RecourseError, *, wait: int = 0) -> HttpResponse:
    """Return a problem document, in English: its code is what software goes by. `wait` is in seconds."""
    document = problems.problem_of(error)
    response = JsonResponse(document, status=document["status"], content_type=PROBLEM)
    response["Access-Control-Allow-Origin"] = ANY_ORIGIN
    if wait:
        response["Retry-After"] = str(wait)
        response["Access-Control-Expose-Headers"] = "Retry-After"
    return response


@api.exception_handler(RecourseError)
def on_error(request: HttpRequest, error: RecourseError) -> HttpResponse:
    """Answer an error of our tree."""
    return answer(error)


@api.exception_handler(ValidationError)
def on_bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a parameter that cannot be used; its value is not repeated."""
    return answer(BadInputError())


def not_found(request: HttpRequest, path: str) -> HttpResponse:
    """Answer an address of the API that is none."""
    return answer(NotFoundError())
