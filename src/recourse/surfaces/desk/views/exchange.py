"""Keys of platforms for the exchange: who has some, what they did today, new ones, and an end to them.

Refuses: to show a key a second time. The answer to the form that makes keys is the only place where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, ConflictError, NotFoundError, RecourseError
from recourse.people.accounts.domain import Action, Actor
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.desk.words_exchange import OPENS, STANDINGS
from recourse.world.exchange import selectors, services
from recourse.world.exchange.domain.keys import SLOWED, Keeper, KeyView, NoSuchKeyError, PrintedKeys, Standing

VERBS: Mapping[str, Callable[..., None]] = {"revoke": services.revoke_keys, "clear": services.clear_notice}
LONGEST = 200


@require_safe
@staff(action=Action.EXCHANGE_KEYS)
def show(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the list, and the form that makes keys."""
    return _list_page(request)


@require_POST
@staff(action=Action.EXCHANGE_KEYS)
def create(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Make the keys of a platform and show them, once."""
    name = request.POST.get("name", "").strip()[:LONGEST]
    try:
        printed = services.make_keys(name=name, by=_keeper(actor), now=clock.now())
    except (BadInputError, ConflictError) as error:
        return _list_page(request, typed=name, error=error)
    return _keys_page(request, printed)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(action=Action.EXCHANGE_KEYS)
def act(request: HttpRequest, name: str, verb: str, *, actor: Actor) -> HttpResponse:
    """Ask once more, and then do it."""
    if verb not in VERBS:
        raise NotFoundError("verb")
    if request.method == "POST":
        VERBS[verb](name=name, by=_keeper(actor), now=clock.now())
        return redirect("exchange-keys")
    context = {"key": _in_force(name), "verb": verb}
    return render(request, "desk/exchange_sure.html", context)


def _keeper(actor: Actor) -> Keeper:
    return Keeper(actor.staff_id, actor.label)


def _in_force(name: str) -> KeyView:
    for one in selectors.every_key(now=clock.now()):
        if one.name == name and one.standing is not Standing.REVOKED:
            return one
    raise NoSuchKeyError("no such name")


def _list_page(request: HttpRequest, *, typed: str = "", error: RecourseError | None = None) -> HttpResponse:
    every = selectors.every_key(now=clock.now())
    context = {
        "rows": [
            {"key": one, "mark": STANDINGS[one.standing][0], "state": STANDINGS[one.standing][1]}
            for one in every
        ],
        "noticed": [one for one in every if one.standing is Standing.NOTICED],
        "slowed": SLOWED.asked_day,
        "typed": typed,
        "error": gettext(error.sentence) if error else "",
        "error_code": error.code if error else "",
    }
    return render(request, "desk/exchange.html", context, status=error.status if error else 200)


def _keys_page(request: HttpRequest, printed: PrintedKeys) -> HttpResponse:
    configuration = settings.CONFIGURATION
    base = f"{configuration.base_url(configuration.web.exchange_host)}/exchange/v1"
    context = {
        "name": printed.name,
        "base": base,
        "subscription": printed.subscription,
        "functions": [(one.value, OPENS[one], secret) for one, secret in printed.functions.items()],
        "setting": f'export TX_STOPNCII_KEYS="{printed.setting(base)}"',
    }
    return render(request, "desk/exchange_made.html", context)
