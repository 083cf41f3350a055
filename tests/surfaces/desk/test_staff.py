"""The staff list: what each role sees and may press, and a link that is shown once."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid4

import pytest

from recourse.people.accounts import services
from recourse.people.accounts.domain import Action as Act
from recourse.people.accounts.domain import Role, may
from recourse.people.accounts.models import Staff
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.db]

NEW = {"role": "officer", "username": "officer-07", "label": "Officer 07"}


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_look_after_accounts_see_them(role: Role) -> None:
    browser = cast.signed_in(cast.staff(role))
    allowed = may(role, Act.STAFF_LIST)
    assert browser.get("/staff").status_code == (200 if allowed else 403)
    assert browser.post("/staff/invite", NEW).status_code == (200 if allowed else 403)
    assert Staff.objects.filter(username="officer-07").exists() is allowed


def test_an_invitation_is_shown_once_and_enrols() -> None:
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    page = browser.post("/staff/invite", NEW).content.decode()
    link = re.search(r"http://desk\.localhost(/enrol/[\w-]{43})", page)
    assert link
    assert link[1] not in browser.get("/staff").content.decode()
    assert b"Officer 07" in cast.stranger().get(link[1]).content


@pytest.mark.parametrize(
    "told",
    [
        {**NEW, "role": "administrator"},
        {**NEW, "role": "emperor"},
        {**NEW, "username": "Two Words"},
        {**NEW, "label": ""},
        {**NEW, "label": "x" * 500},
        {},
    ],
)
def test_what_cannot_be_invited_is_told_and_nothing_typed_is_lost(told: dict[str, str]) -> None:
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    answer = browser.post("/staff/invite", told)
    assert answer.status_code in {400, 403}
    assert Staff.objects.count() == 1
    if answer.status_code == 400 and told.get("username"):
        assert told["username"].encode() in answer.content


def test_two_people_replace_a_passkey_by_their_buttons(now: datetime) -> None:
    lost = cast.staff(Role.OFFICER)
    first, second = (cast.signed_in(cast.staff(Role.SUPERVISOR, number)) for number in (1, 2))
    recover, confirm = f"/staff/{lost.pk}/recover", f"/staff/{lost.pk}/confirm"
    assert recover in first.get("/staff").content.decode()
    assert first.post(recover).status_code == 302
    assert confirm not in first.get("/staff").content.decode(), "no button for whoever asked"
    assert first.post(confirm).status_code == 403
    assert confirm in second.get("/staff").content.decode()
    assert "/enrol/" in second.post(confirm).content.decode()


def test_somebody_leaves(now: datetime) -> None:
    leaving = cast.staff(Role.OFFICER)
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    assert browser.post(f"/staff/{leaving.pk}/deactivate").status_code == 302
    assert "Left" in browser.get("/staff").content.decode()
    leaving.refresh_from_db()
    assert not leaving.is_active


def test_a_new_link_for_whoever_did_not_come(now: datetime) -> None:
    services.invite(role=Role.OFFICER, username="officer-09", label="Officer 09", by=None, now=now)
    waiting = Staff.objects.get()
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    assert "/enrol/" in browser.post(f"/staff/{waiting.pk}/renew").content.decode()


def test_buttons_answer_forms_only_and_know_nobody_else() -> None:
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    for verb in ("renew", "deactivate", "recover", "confirm"):
        assert browser.get(f"/staff/{uuid4()}/{verb}").status_code == 405
        assert browser.post(f"/staff/{uuid4()}/{verb}").status_code == 404
