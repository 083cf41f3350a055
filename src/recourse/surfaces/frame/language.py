"""Which language a page is in: what a link of ours asked for, else what the browser prefers.

A link `?lang=ko` sets a cookie for this browser's session and leads back to the same page without the mark, so
that no address that is kept or shared says what somebody reads. Staff have theirs with their account as well.
Refuses: a language that this installation does not offer; it is passed over and the page comes as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import translation
from django.utils.http import escape_leading_slashes

from recourse.people.accounts import services as accounts
from recourse.people.accounts.models import Staff

PARAMETER = "lang"
_SAFE = frozenset({"GET", "HEAD"})
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True, slots=True)
class Link:
    """One language that this page can be had in, called by its own name."""

    code: str
    name: str
    address: str
    current: bool


class PageLanguage:
    """Makes the page in the language that was chosen; stands before everything that has words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in that language; the next request of this thread starts without one."""
        with translation.override(asked_for(request) or translation.get_language_from_request(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response


class ChosenLanguage:
    """Keeps a choice and leads back to the page; stands after the one that finds the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or keep what the link asked for and lead to the address without it."""
        wanted, person = asked_for(request), _signed_in(request)
        if wanted:
            if person:
                accounts.choose_language(staff_id=person.id, language=wanted)
            return _kept(request, wanted)
        if person and (theirs := offered(person.language)):
            translation.activate(theirs)
        return self.get_response(request)


def _signed_in(request: HttpRequest) -> Staff | None:
    """Return who is signed in; without a session cookie no table is read."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if isinstance(request.user, Staff) else None


def offered(code: str | None) -> str | None:
    """Return the code if this installation offers the language."""
    return code if code in dict(settings.LANGUAGES) else None


def asked_for(request: HttpRequest) -> str | None:
    """Return the language that the address asks for."""
    return offered(request.GET.get(PARAMETER)) if request.method in _SAFE else None


def links(request: HttpRequest) -> list[Link]:
    """Return a link to this page in each language; none where there is nothing to choose."""
    if len(settings.LANGUAGES) == 1:
        return []
    current = translation.get_language()
    return [
        Link(code=code, name=str(name), address=_address(request, code), current=code == current)
        for code, name in settings.LANGUAGES
    ]


def _address(request: HttpRequest, code: str) -> str:
    query = _query(request)
    query[PARAMETER] = code
    return f"?{query.urlencode()}"


def _query(request: HttpRequest) -> QueryDict:
    """Return what our own pages put into an address, and nothing that a stranger may have."""
    query = QueryDict(mutable=True)
    for name, value in request.GET.items():
        if name != PARAMETER and _PLAIN.fullmatch(name) and _PLAIN.fullmatch(str(value)):
            query[name] = str(value)
    return query


def _kept(request: HttpRequest, code: str) -> HttpResponse:
    rest = _query(request).urlencode()
    path = escape_leading_slashes(request.path)  # "//elsewhere" would be another site
    response = HttpResponseRedirect(f"{path}?{rest}" if rest else path)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, path="/", secure=True, httponly=True, samesite="Lax"
    )
    return response
