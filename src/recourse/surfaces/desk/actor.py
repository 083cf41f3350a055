"""Who stands before a desk page: the decorator that every desk view carries.

Refuses: a view without a named action. Signed out ends at sign-in; a role without the action is refused before
the view runs, and again in the service. A form that comes when the session is over is answered with what stood in
it: nobody sends it for a person who is not there, and nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from recourse.base.core.errors import NotAllowedError
from recourse.people.accounts import selectors
from recourse.people.accounts.domain import Action
from recourse.people.accounts.models import Staff
from recourse.surfaces.frame import problems

View = Callable[..., HttpResponseBase]


class SignedOutError(NotAllowedError):
    """A form came after the session had ended."""

    code = "signed_out"
    sentence = gettext_noop("You are signed out. Sign in again, then send it once more.")


def staff(*, action: Action) -> Callable[[View], View]:
    """Let only staff whose role includes `action` into a view, and pass `actor=` to it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            person = request.user
            if not isinstance(person, Staff) or not person.is_active:
                return _signed_out(request)
            actor = selectors.actor_of(person)
            selectors.require(actor, action)
            return view(request, *args, actor=actor, **kwargs)

        return checked

    return decorate


def _signed_out(request: HttpRequest) -> HttpResponse:
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    way_back = urlencode({"next": _page_of_form(request)}, safe="/")
    sign_in = f"{reverse('account_login')}?{way_back}"
    return problems.answer(request, SignedOutError(), back=sign_in, go_on=gettext("Sign in"))


def _page_of_form(request: HttpRequest) -> str:
    """Return the path of the page that a form was sent from, if that is one of this desk."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    ours = came_from.netloc == request.get_host() and came_from.path.startswith("/")
    return came_from.path if ours else "/"
