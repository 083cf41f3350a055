"""The staff list: who works here, invitations, lost passkeys, leaving. A link is shown once, where it was made."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError, ConflictError, RecourseError
from recourse.people.accounts import selectors, services
from recourse.people.accounts.domain import MAY_INVITE, Action, Actor, Role, StaffState
from recourse.surfaces.desk.actor import staff
from recourse.surfaces.frame import collation

ROLE_WORDS: dict[Role, Promise] = {
    Role.OPERATOR: _("Operator"),
    Role.ANALYST: _("Analyst"),
    Role.OFFICER: _("Officer"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.LIAISON: _("Liaison"),
    Role.ADMINISTRATOR: _("Administrator"),
}
STATE_WORDS: dict[StaffState, tuple[str, Promise]] = {
    StaffState.INVITED: ("next", _("Invited, link not used yet")),
    StaffState.EXPIRED: ("late", _("No passkey, no link")),
    StaffState.ACTIVE: ("yes", _("Active")),
    StaffState.RECOVERY: ("asked", _("Lost passkey, waits for a second person")),
    StaffState.DEACTIVATED: ("no", _("Left")),
}


@require_GET
@staff(action=Action.STAFF_LIST)
def people(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the list."""
    return _list_page(request, actor)


@require_POST
@staff(action=Action.STAFF_INVITE)
def invite(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Invite a person and show the link, once."""
    told = {name: request.POST.get(name, "").strip()[:200] for name in ("role", "username", "label")}
    try:
        role = _role(told["role"])
        token = services.invite(
            role=role, username=told["username"].lower(), label=told["label"], by=actor, now=clock.now()
        )
    except (BadInputError, ConflictError) as error:
        return _list_page(request, actor, told=told, error=error)
    return _link_page(request, token=token, label=told["label"])


@require_POST
@staff(action=Action.STAFF_INVITE)
def renew(request: HttpRequest, *, staff_id: UUID, actor: Actor) -> HttpResponse:
    """Replace the link of a person who has not enrolled yet, and show it, once."""
    token, label = services.renew(staff_id=staff_id, by=actor, now=clock.now())
    return _link_page(request, token=token, label=label)


@require_POST
@staff(action=Action.STAFF_DEACTIVATE)
def deactivate(request: HttpRequest, *, staff_id: UUID, actor: Actor) -> HttpResponse:
    """End an account."""
    services.deactivate(staff_id=staff_id, by=actor, now=clock.now())
    return redirect("staff")


@require_POST
@staff(action=Action.STAFF_RECOVER)
def request_recovery(request: HttpRequest, *, staff_id: UUID, actor: Actor) -> HttpResponse:
    """Ask for a new passkey for somebody; a second person confirms."""
    services.request_recovery(staff_id=staff_id, by=actor, now=clock.now())
    return redirect("staff")


@require_POST
@staff(action=Action.STAFF_RECOVER)
def confirm_recovery(request: HttpRequest, *, staff_id: UUID, actor: Actor) -> HttpResponse:
    """Confirm what somebody else asked, and show the new link, once."""
    token, label = services.confirm_recovery(staff_id=staff_id, by=actor, now=clock.now())
    return _link_page(request, token=token, label=label)


def _role(value: str) -> Role:
    """Read a role from a form.

    Raises:
        BadInputError: there is no such role.
    """
    try:
        return Role(value)
    except ValueError:
        raise BadInputError("role", sentence=gettext_noop("Choose a role.")) from None


def _in_order(people: list[selectors.StaffRow]) -> list[selectors.StaffRow]:
    """Return those who work here first, then by role and by label as the page's language sorts them."""
    return sorted(
        people, key=lambda row: (row.state is StaffState.DEACTIVATED, row.role, collation.key(row.label))
    )


def _list_page(
    request: HttpRequest,
    actor: Actor,
    *,
    told: dict[str, str] | None = None,
    error: RecourseError | None = None,
) -> HttpResponse:
    rows = [
        {
            "person": row,
            "role": ROLE_WORDS[row.role],
            "mark": STATE_WORDS[row.state][0],
            "state": STATE_WORDS[row.state][1],
        }
        for row in _in_order(selectors.staff_list(actor=actor, now=clock.now()))
    ]
    context = {
        "rows": rows,
        "roles": [(role.value, ROLE_WORDS[role]) for role in Role if role in MAY_INVITE[actor.role]],
        "told": told or {},
        "error": gettext(error.sentence) if error else "",
        "error_code": error.code if error else "",
    }
    return render(request, "desk/staff.html", context, status=error.status if error else 200)


def _link_page(request: HttpRequest, *, token: str, label: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("enrol", kwargs={"token": token}))
    return render(request, "desk/staff_link.html", {"link": link, "label": label})
