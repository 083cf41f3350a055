"""The exchange's interface itself: who asks, by which keys, and how it fails.

Every error is a problem document (RFC 9457) with a stable code, the framework's own refusals included. No cookie is
read or set, and no page of another site is let in.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyHeader

from recourse.base.core import problems
from recourse.base.core.errors import BadInputError, NotFoundError, RecourseError, UnavailableError
from recourse.world.exchange import selectors
from recourse.world.exchange.domain.keys import Admitted, Function

PROBLEM = "application/problem+json"
FUNCTION_KEY, SUBSCRIPTION_KEY = "x-functions-key", "Ocp-Apim-Subscription-Key"
WAIT_SECONDS = 60
SERVER = {
    "url": "https://{host}",
    "description": "The exchange's own host: web.exchange_host in the configuration.",
    "variables": {"host": {"default": "exchange.example"}},
}
_log = structlog.get_logger(__name__)


class WrongMethodError(BadInputError):
    """The exchange takes another method at this address."""

    code: ClassVar[str] = "wrong_method"
    status: ClassVar[int] = HTTPStatus.METHOD_NOT_ALLOWED
    sentence = gettext_noop("This address takes another method: FetchHashes is a GET, all others are a POST.")


class Keys(APIKeyHeader):
    """The two keys that the stock client sends with every call, asked for one function."""

    param_name = FUNCTION_KEY

    def __init__(self, function: Function) -> None:
        self.function = function
        super().__init__()

    def authenticate(self, request: HttpRequest, key: str | None) -> Admitted:
        """Return who asks.

        Raises:
            UnknownKeyError: the keys open nothing, or not this.
        """
        return selectors.admit(
            subscription=request.headers.get(SUBSCRIPTION_KEY, ""),
            function_key=key or "",
            function=self.function,
        )


class Exchange(NinjaAPI):
    """Ninja's API, with both keys and the type of errors described as they are."""

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:  # noqa: ANN401 - ninja's
        """Describe the exchange as a part of the one description that the public host serves."""
        schema = super().get_openapi_schema(**named)
        schemes = {
            "subscriptionKey": {"type": "apiKey", "in": "header", "name": SUBSCRIPTION_KEY},
            "functionKey": {"type": "apiKey", "in": "header", "name": FUNCTION_KEY},
        }
        schema["components"]["securitySchemes"] = schemes
        for path in schema["paths"].values():
            for operation in path.values():
                operation["security"] = [{scheme: [] for scheme in schemes}]
                for status, response in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        response["content"] = {PROBLEM: response["content"].pop("application/json")}
            path["servers"] = [SERVER]
        return schema


api = Exchange(
    title="Recourse exchange",
    version="1",
    docs_url=None,
    openapi_url=None,  # described on the public host, which needs no key
    urls_namespace="exchange",
)


def answer(error: RecourseError) -> HttpResponse:
    """Return a problem document, in English: its code is what software goes by."""
    _log.info("exchange_refused", code=error.code, status=error.status)
    document = problems.problem_of(error)
    response = JsonResponse(document, status=document["status"], content_type=PROBLEM)
    if error.retryable:
        response["Retry-After"] = str(WAIT_SECONDS)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = f'ApiKey realm="{SUBSCRIPTION_KEY}, {FUNCTION_KEY}"'
    return response


@api.exception_handler(RecourseError)
def on_error(request: HttpRequest, error: RecourseError) -> HttpResponse:
    """Answer an error of our tree."""
    return answer(error)


@api.exception_handler(ValidationError)
def on_bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer what cannot be used; nothing of it is repeated."""
    return answer(BadInputError())


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that is no JSON."""
    return answer(BadInputError())


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def on_database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer when the database does not."""
    away = UnavailableError()
    _log.error("exchange_unavailable", exc_info=error)
    return answer(away)


def not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer an address that is none."""
    return answer(NotFoundError())
