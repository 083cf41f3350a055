"""Invitations are single-use, recovery takes two people, an account that ended opens nothing."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.db import IntegrityError, connections, transaction

from recourse.base.core.errors import BadInputError, ConflictError, NotAllowedError, NotFoundError
from recourse.people.accounts import selectors, services
from recourse.people.accounts.domain import Action, Role, StaffState, StaffStep
from recourse.people.accounts.models import Invitation, Recovery, Staff, StaffEvent
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def _invite(now: datetime, **changes: object) -> str:
    told = {"role": Role.OFFICER, "username": "officer-03", "label": "Officer 03", "by": None, "now": now}
    return services.invite(**{**told, **changes})  # type: ignore[arg-type]


def test_the_token_is_stored_as_a_digest_only(now: datetime) -> None:
    token = _invite(now)
    row = Invitation.objects.values().get()
    assert token not in str(row)
    assert len(bytes(row["token_digest"])) == 32


def test_a_link_enrols_once(now: datetime) -> None:
    token = _invite(now)
    person = services.accept_invitation(token=token, now=now)
    assert person.username == "officer-03"
    with pytest.raises(NotFoundError):
        services.accept_invitation(token=token, now=now)
    with pytest.raises(NotFoundError):
        selectors.invited(token=token, now=now)


def test_a_link_ends_with_its_hours(now: datetime) -> None:
    token = _invite(now, hours=2)
    assert selectors.invited(token=token, now=now + timedelta(hours=2, seconds=-1))
    with pytest.raises(NotFoundError):
        services.accept_invitation(token=token, now=now + timedelta(hours=2))


def test_a_new_link_replaces_the_old_one(now: datetime) -> None:
    first = _invite(now)
    second = _invite(now)
    with pytest.raises(NotFoundError):
        services.accept_invitation(token=first, now=now)
    assert services.accept_invitation(token=second, now=now)
    assert Staff.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é" * 43, "\x00" * 43, "A" * 100_000])
def test_a_made_up_token_opens_nothing(token: str, now: datetime) -> None:
    _invite(now)
    with pytest.raises(NotFoundError):
        services.accept_invitation(token=token, now=now)


def test_a_name_that_enrolled_is_taken(now: datetime) -> None:
    cast.staff(Role.OFFICER, 3)
    with pytest.raises(services.TakenError):
        _invite(now)


def test_a_pending_name_keeps_its_role(now: datetime) -> None:
    _invite(now)
    with pytest.raises(services.TakenError):
        _invite(now, role=Role.SUPERVISOR)


@pytest.mark.parametrize(
    "changes",
    [
        {"username": ""},
        {"username": "Officer 03"},
        {"username": "a" * 41},
        {"username": "-a"},
        {"label": " "},
        {"label": "x" * 61},
        {"label": "two\nlines"},
    ],
)
def test_names_that_cannot_be_used(changes: dict[str, object], now: datetime) -> None:
    with pytest.raises(BadInputError):
        _invite(now, **changes)
    assert not Staff.objects.exists()


def test_an_inviter_makes_only_the_roles_of_the_table(now: datetime) -> None:
    supervisor, officer = cast.supervisor(), cast.officer()
    assert _invite(now, by=supervisor)
    with pytest.raises(NotAllowedError):
        _invite(now, by=supervisor, role=Role.ADMINISTRATOR, username="admin-9")
    with pytest.raises(NotAllowedError):
        _invite(now, by=officer, username="officer-9")


def test_recovery_takes_two_people(now: datetime) -> None:
    lost, first, second = cast.officer(), cast.supervisor(1), cast.supervisor(2)
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    assert Authenticator.objects.filter(user_id=lost.staff_id).exists(), "asking alone changes nothing"
    with pytest.raises(services.TwoPeopleError):
        services.confirm_recovery(staff_id=lost.staff_id, by=first, now=now)

    token, label = services.confirm_recovery(staff_id=lost.staff_id, by=second, now=now)

    assert label == lost.label
    assert not Authenticator.objects.filter(user_id=lost.staff_id).exists()
    assert services.accept_invitation(token=token, now=now).pk == lost.staff_id
    steps = StaffEvent.objects.filter(staff_id=lost.staff_id).values_list("step", "by_id")
    assert (StaffStep.RECOVERY_REQUESTED, first.staff_id) in steps
    assert (StaffStep.RECOVERY_CONFIRMED, second.staff_id) in steps


def test_nobody_recovers_herself(now: datetime) -> None:
    administrator, other = cast.administrator(1), cast.administrator(2)
    with pytest.raises(services.TwoPeopleError):
        services.request_recovery(staff_id=administrator.staff_id, by=administrator, now=now)
    services.request_recovery(staff_id=administrator.staff_id, by=other, now=now)
    with pytest.raises(services.TwoPeopleError):
        services.confirm_recovery(staff_id=administrator.staff_id, by=administrator, now=now)


def test_a_recovery_is_open_for_a_day(now: datetime) -> None:
    lost, first, second = cast.officer(), cast.supervisor(1), cast.supervisor(2)
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    later = now + timedelta(hours=24, seconds=1)
    with pytest.raises(NotFoundError):
        services.confirm_recovery(staff_id=lost.staff_id, by=second, now=later)
    services.request_recovery(staff_id=lost.staff_id, by=second, now=later)
    services.confirm_recovery(staff_id=lost.staff_id, by=first, now=later)


def test_a_recovery_is_asked_and_confirmed_once(now: datetime) -> None:
    lost, first, second = cast.officer(), cast.supervisor(1), cast.supervisor(2)
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    with pytest.raises(ConflictError):
        services.request_recovery(staff_id=lost.staff_id, by=second, now=now)
    services.confirm_recovery(staff_id=lost.staff_id, by=second, now=now)
    with pytest.raises(NotFoundError):
        services.confirm_recovery(staff_id=lost.staff_id, by=second, now=now)


def test_nobody_alone_makes_another_link_for_who_had_a_passkey(now: datetime) -> None:
    """Between the confirmation and the new passkey one person's link would open the other's account."""
    lost, first, second = cast.officer(), cast.supervisor(1), cast.supervisor(2)
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    token, _label = services.confirm_recovery(staff_id=lost.staff_id, by=second, now=now)
    with pytest.raises(services.TwoPeopleError):
        services.renew(staff_id=lost.staff_id, by=cast.supervisor(3), now=now)
    with pytest.raises(services.TakenError):
        _invite(now, by=first, username="officer-01", label="Officer 01")
    assert selectors.invited(token=token, now=now).pk == lost.staff_id, "the link of two still opens it"
    (row,) = [row for row in selectors.staff_list(actor=second, now=now) if row.id == lost.staff_id]
    assert (row.may_renew, row.may_request_recovery) == (False, True)

    later = now + timedelta(hours=73)
    services.request_recovery(staff_id=lost.staff_id, by=second, now=later)
    again, _label = services.confirm_recovery(staff_id=lost.staff_id, by=first, now=later)
    assert services.accept_invitation(token=again, now=later).pk == lost.staff_id


def test_the_command_line_makes_a_link_for_anybody_who_works_here(now: datetime) -> None:
    """Where one supervisor is all there is; whoever has the machine has everything."""
    lost, first, second = cast.officer(), cast.supervisor(1), cast.supervisor(2)
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    services.confirm_recovery(staff_id=lost.staff_id, by=second, now=now)
    assert _invite(now, username="officer-01", label="Officer 01")


def test_the_table_itself_refuses_one_person_recovering(now: datetime) -> None:
    lost, first = cast.officer(), cast.supervisor()
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.update(confirmed_by_id=first.staff_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.update(confirmed_by_id=lost.staff_id)


def test_an_officer_looks_after_no_account(now: datetime) -> None:
    officer, other = cast.officer(1), cast.officer(2)
    for verb in (services.request_recovery, services.confirm_recovery, services.deactivate, services.renew):
        with pytest.raises(NotAllowedError):
            verb(staff_id=other.staff_id, by=officer, now=now)
    with pytest.raises(NotAllowedError):
        selectors.staff_list(actor=officer, now=now)


def test_a_supervisor_looks_after_no_administrator(now: datetime) -> None:
    supervisor, administrator = cast.supervisor(), cast.administrator()
    for verb in (services.request_recovery, services.deactivate, services.renew):
        with pytest.raises(NotAllowedError):
            verb(staff_id=administrator.staff_id, by=supervisor, now=now)


def test_two_supervisors_help_a_third_but_end_no_account_of_their_own_rank(now: datetime) -> None:
    lost, first, second = (cast.supervisor(number) for number in (1, 2, 3))
    services.request_recovery(staff_id=lost.staff_id, by=first, now=now)
    assert services.confirm_recovery(staff_id=lost.staff_id, by=second, now=now)
    with pytest.raises(NotAllowedError):
        services.deactivate(staff_id=lost.staff_id, by=first, now=now)


def test_deactivation_ends_sessions_links_and_passkeys(now: datetime) -> None:
    leaving, supervisor = cast.staff(Role.OFFICER), cast.supervisor()
    browser = cast.signed_in(leaving)
    services.deactivate(staff_id=leaving.pk, by=supervisor, now=now)
    assert not Authenticator.objects.filter(user_id=leaving.pk).exists()
    answer = browser.get("/staff")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
    with pytest.raises(services.TakenError):
        services.invite(role=Role.OFFICER, username=leaving.username, label="x", by=None, now=now)


def test_recovery_ends_the_sessions_of_the_lost_key(now: datetime) -> None:
    lost, first, second = cast.staff(Role.SUPERVISOR, 9), cast.administrator(1), cast.administrator(2)
    browser = cast.signed_in(lost)
    assert browser.get("/staff").status_code == 200
    services.request_recovery(staff_id=lost.pk, by=first, now=now)
    services.confirm_recovery(staff_id=lost.pk, by=second, now=now)
    assert browser.get("/staff").status_code == 302


def test_the_last_keeper_stays(now: datetime) -> None:
    one, two = cast.administrator(1), cast.administrator(2)
    services.deactivate(staff_id=two.staff_id, by=one, now=now)
    Staff.objects.filter(pk=two.staff_id).update(is_active=True, deactivated_at=None)
    Staff.objects.filter(pk=one.staff_id).update(is_active=False, deactivated_at=now)
    with pytest.raises(ConflictError):
        services.deactivate(staff_id=two.staff_id, by=one, now=now)


def test_the_list_tells_what_can_be_done(now: datetime) -> None:
    supervisor, lost = cast.supervisor(), cast.officer()
    _invite(now)
    services.request_recovery(staff_id=lost.staff_id, by=supervisor, now=now)
    rows = {row.username: row for row in selectors.staff_list(actor=supervisor, now=now)}
    assert rows["officer-03"].state is StaffState.INVITED
    assert rows["officer-03"].may_renew
    assert rows["officer-01"].state is StaffState.RECOVERY
    assert not rows["officer-01"].may_confirm_recovery, "she asked herself"
    assert not rows["supervisor-01"].may_deactivate, "one's own account"
    other = {row.username: row for row in selectors.staff_list(actor=cast.supervisor(2), now=now)}
    assert other["officer-01"].may_confirm_recovery
    later = {
        row.username: row for row in selectors.staff_list(actor=supervisor, now=now + timedelta(hours=73))
    }
    assert later["officer-03"].state is StaffState.EXPIRED


def test_require_is_the_table(now: datetime) -> None:
    services.require(cast.officer(), Action.CASE_ASSESS)
    with pytest.raises(NotAllowedError):
        services.require(cast.operator(), Action.CASE_ASSESS)


def test_no_password_signs_anybody_in(now: datetime) -> None:
    person = cast.staff(Role.OFFICER)
    person.set_password("a harbour at dusk")
    person.save()
    assert authenticate(None, username=person.username, password="a harbour at dusk") is None


@pytest.mark.django_db(transaction=True)
def test_one_link_opened_by_eight_at_once_enrols_one(now: datetime) -> None:
    token = _invite(now)
    outcomes: list[str] = []

    def open_it() -> None:
        try:
            services.accept_invitation(token=token, now=now)
            outcomes.append("enrolled")
        except NotFoundError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["enrolled"] + ["refused"] * 7
