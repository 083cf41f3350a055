"""Who stands before a desk page: the decorator that every desk view carries.

Refuses: a view without a named action. Signed out ends at sign-in; a role without the action is refused before
the view runs, and again in the service.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from recourse.people.accounts import selectors
from recourse.people.accounts.domain import Action
from recourse.people.accounts.models import Staff

View = Callable[..., HttpResponseBase]


def staff(*, action: Action) -> Callable[[View], View]:
    """Let only staff whose role includes `action` into a view, and pass `actor=` to it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            person = request.user
            if not isinstance(person, Staff) or not person.is_active:
                # Only the address of a page can be gone back to; a form would be lost at sign-in anyway.
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            actor = selectors.actor_of(person)
            selectors.require(actor, action)
            return view(request, *args, actor=actor, **kwargs)

        return checked

    return decorate
