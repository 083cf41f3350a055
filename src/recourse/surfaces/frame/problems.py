"""What goes wrong, shown as a page in plain words or as a problem document (RFC 9457), by what was asked for.

Refuses: to show the text of an error that is not of our tree, or any `detail`; both go to the log's redactor
alone. An error page needs no table and no session, so it can be made when those are what failed. What a refused
form brought stands on the page, unless it may have come from another site. A database that is away or full is a
time to wait (503), not a fault of ours, and its page sends the form again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext, gettext_noop

from recourse.base.core import problems
from recourse.base.core.errors import (
    BadInputError,
    NotAllowedError,
    NotFoundError,
    RecourseError,
    TooLongError,
    UnavailableError,
)

_log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"
WAIT_SECONDS = 60  # what the page says, and what software reads in Retry-After
_NOT_WRITTEN = re.compile(
    r"[\w:-]*", re.ASCII
)  # a token, an id, a choice, a day: nobody has to write it again
_NOT_REPEATED = frozenset({"csrfmiddlewaretoken", "credential", "code", "pickup", "reopen", "sought"})


class InternalError(RecourseError):
    """Something of ours broke; what it was stays in the log."""


class UnknownHostError(BadInputError):
    """The request names a host that is none of our surfaces."""

    code = "unknown_host"
    sentence = gettext_noop("This address is not one of ours. Check the link you followed.")


class FormExpiredError(NotAllowedError):
    """The form's token is missing or of another session."""

    code = "form_expired"
    sentence = gettext_noop(
        "This page was open for too long, or cookies are switched off. Nothing was sent: "
        "go back, load the page again and send it once more."
    )


class NoPageHereError(NotFoundError):
    """The address takes a form alone, or takes none."""

    code = "no_page_here"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    sentence = gettext_noop("There is no page at this address. Go back to the one you came from.")


class FilesRefusedError(BadInputError):
    """A file came in a form; no surface takes one."""

    code = "files_refused"
    sentence = gettext_noop(
        "We do not take pictures or files here, and kept nothing of it. Send your words alone."
    )


class ProblemsBecomePages:
    """Turns what a view raised into an answer; innermost, so that the headers and the session still apply."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; errors come to `process_exception`, and a refused method says so in words."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        told = answer(request, NoPageHereError())
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an error of our tree, or a database that is away; leave every other to Django's handlers."""
        if isinstance(exception, RecourseError):
            return answer(request, exception)
        if isinstance(exception, OperationalError | InterfaceError):
            away = UnavailableError()
            away.__cause__ = exception  # for the log
            return answer(request, away)
        return None


def answer(request: HttpRequest, error: RecourseError, *, back: str = "", go_on: str = "") -> HttpResponse:
    """Answer with the error as a page, or as a problem document for software, and log it by its code.

    `back` is where the page's one button leads, `go_on` the words on it, translated; without them to the start.
    """
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("problem_answered", code=error.code, status=error.status, exc_info=error)
    else:
        _log.info("problem_answered", code=error.code, status=error.status)
    return _shown(request, error, back=back, go_on=go_on)


def _shown(request: HttpRequest, error: RecourseError, *, back: str = "", go_on: str = "") -> HttpResponse:
    """Make the answer."""
    status, code, sentence = problems.page_of(error)
    waits = status == HTTPStatus.SERVICE_UNAVAILABLE
    if wants_json(request):
        shown: HttpResponse = _document(error)
    else:
        sent, ours = _sent(request), _from_here(request)
        stale = isinstance(error, FormExpiredError)
        context = {
            "code": code,
            "sentence": gettext(sentence),
            "typed": _words(sent) if not stale or ours else [],
            "again": sent if waits and ours else [],
            "back": back,
            "go_on": go_on,
        }
        shown = HttpResponse(_page(request, context), status=status)
    if waits:
        shown["Retry-After"] = str(WAIT_SECONDS)
    return shown


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of the form that this request brought, in order."""
    try:
        fields = [] if request.method in {"GET", "HEAD"} else list(request.POST.lists())
    except Exception:  # noqa: BLE001 - a body that is no form; the page about an error must not raise one
        return []
    return [(name, value) for name, values in fields for value in values]


def _words(sent: list[tuple[str, str]]) -> list[str]:
    """Return the words among them, for the person to copy; what is no words is left out."""
    return [
        value
        for name, value in sent
        if name not in _NOT_REPEATED and not _NOT_WRITTEN.fullmatch(value.strip())
    ]


def _from_here(request: HttpRequest) -> bool:
    """Tell whether a form without our token came from a page of ours: another site's words stand on none of them."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _document(error: RecourseError) -> HttpResponse:
    """Return the problem document. It names no address: one may hold a token, and documents are stored."""
    document = problems.problem_of(error)
    document["title"] = gettext(document["title"])
    return JsonResponse(document, status=document["status"], content_type=PROBLEM_JSON)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether the asker prefers a document for software over a page."""
    preferred = request.get_preferred_type(["text/html", PROBLEM_JSON, "application/json"])
    return preferred in {PROBLEM_JSON, "application/json"}


def _page(request: HttpRequest, context: Mapping[str, Any]) -> str:
    """Render the page; a bare one when the templates themselves fail."""
    try:
        return render_to_string("frame/problem.html", dict(context), request)
    except Exception as error:  # noqa: BLE001 - the page about an error must not raise one
        if not isinstance(error, TemplateDoesNotExist):
            _log.exception("page_of_problem_failed", code=context["code"])
        head = f'<!doctype html><html lang="en"><title>{escape(gettext("Note"))}</title>'
        return f"{head}<h1>{escape(context['sentence'])}</h1><p>{escape(context['code'])}</p></html>"


def unknown_host(request: HttpRequest) -> HttpResponse:
    """Answer a request to a host that is no surface; nothing of the request is repeated."""
    error = UnknownHostError()
    if wants_json(request):
        return _document(error)
    return HttpResponse(
        gettext(error.sentence), status=error.status, content_type="text/plain; charset=utf-8"
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: what Django itself refused, in our words and codes."""
    found: RecourseError = BadInputError()
    if isinstance(exception, TooManyFilesSent):
        found = FilesRefusedError()
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        found = TooLongError()
    return answer(request, found)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return answer(request, NotAllowedError())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404; the address is not repeated."""
    return answer(request, NotFoundError())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where the database failed; Django has logged the traceback already, redacted."""
    away = isinstance(sys.exception(), OperationalError | InterfaceError)
    return _shown(request, UnavailableError() if away else InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token does not fit; `reason` is for developers and stays out."""
    return answer(request, FormExpiredError())
