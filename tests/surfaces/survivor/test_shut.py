"""A case that is shut while its page is open, by a freeze or by its date: nothing is done, nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotFoundError
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import RETENTION, CaseState, LinkSeen, Retention
from recourse.work.cases.models import Case, CaseStep, Item
from recourse.work.hotline import services as hotline
from recourse.work.hotline.domain import Confirmed
from recourse.work.hotline.models import Message, Pickup, Report
from recourse.world.checks.models import Availability
from recourse.world.locations.domain import resolve_line
from tests.surfaces.survivor.inside import Inside, inside
from tests.surfaces.visits import Page, Visitor, check_page
from tests.work.cases.making import actor, add
from tests.work.hotline.reaching import BY_PHONE
from tests.work.hotline.reaching import her as reported
from tests.work.notices.making import World

pytestmark = [pytest.mark.django_db, pytest.mark.db]
INACTIVE = RETENTION[Retention.INACTIVE]
Deed = tuple[str, str, dict[str, str]]
DONE: list[Deed] = [  # a page, the form on it, and what she types
    ("/case/place/1", "/case/place/1", {"name": "the blue one"}),
    ("/case/questions", "/case/link", {"seen": "public"}),
    (
        "/case/messages",
        "/case/messages",
        {"text": "a long message about the boats, which she typed for a while"},
    ),
    ("/case/add", "/case/add", {"places": "", "words": "seen again today, at the harbour by the boats"}),
    ("/case/end/case", "/case/end/case", {}),
    ("/case/end/permission", "/case/end/permission", {}),
    ("/case/copy", "/case/copy", {"machine": "1"}),
]
IDS = [action.removeprefix("/case/") for _page, action, _values in DONE]


@pytest.fixture
def hers(her: Visitor, clock: FixedClock) -> Inside:
    made = inside(clock.at)
    add(made.case, made.key, clock.at)
    private = resolve_line("https://t.me/+AbCdEfGhIjKlMnOp")
    assert private is not None
    services.add_item(case_id=made.case.id, key=made.key, resolved=private, now=clock.at)
    made.enter(her)
    return made


def stored(case: Case) -> tuple[object, ...]:
    """What the verbs would have changed."""
    return (
        list(Item.objects.filter(case=case).order_by("number").values_list("link", "name", "mandate_active")),
        Message.objects.count(),
        Report.objects.count(),
        Availability.objects.count(),
        case.endings.count(),
        CaseStep.objects.filter(case=case).exclude(what="frozen").count(),
    )


def shut_as_the_verb_begins(monkeypatch: pytest.MonkeyPatch, hers: Inside, clock: FixedClock) -> None:
    """Freeze the case after the door has let her in, before the verb takes the case's lock."""

    def freeze(**_visit: object) -> None:
        services.freeze_case(case_id=hers.case.id, now=clock.at)

    monkeypatch.setattr("recourse.surfaces.survivor.opened.services.note_visit", freeze)


@pytest.mark.parametrize("deed", DONE, ids=IDS)
def test_in_the_moment_of_a_freeze_nothing_is_done_any_more(
    her: Visitor, hers: Inside, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, deed: Deed
) -> None:
    page, action, values = deed
    form = her.get(page)
    before = stored(hers.case)
    shut_as_the_verb_begins(monkeypatch, hers, clock)
    refused = her.submit(form, values, action=action)
    check_page(refused)
    assert refused.status == 404
    assert refused.tree.css_first('.say[data-code="wrong_code"]') is not None, "it reads like a wrong code"
    hers.case.refresh_from_db()
    assert hers.case.state == CaseState.FROZEN
    assert stored(hers.case) == before
    for value in values.values():
        assert value in typed(refused), "nothing she typed is lost"


def typed(page: Page) -> list[str]:
    return [value for values in page.form().values() for value in values]


@pytest.mark.parametrize("deed", DONE[:4], ids=IDS[:4])
def test_what_was_done_a_moment_before_the_freeze_stays(
    her: Visitor, hers: Inside, clock: FixedClock, deed: Deed
) -> None:
    page, action, values = deed
    before = stored(hers.case)
    assert her.submit(her.get(page), values, action=action).status == 200
    done = stored(hers.case)
    assert done != before
    services.freeze_case(case_id=hers.case.id, now=clock.at)
    assert stored(hers.case) == done
    assert Item.objects.get(case=hers.case, number=2).link in {LinkSeen.ASKED, LinkSeen.PUBLIC}
    assert "Open my case" in her.get(page).text


def test_between_its_date_and_the_daily_job_a_code_opens_nothing_and_the_page_says_why(
    her: Visitor, hers: Inside, clock: FixedClock
) -> None:
    until = Case.objects.values_list("retain_until", flat=True).get(id=hers.case.id)
    assert until is not None
    clock.at = until
    page = her.submit(her.get("/case"), {"code": hers.code}, action="/case")
    check_page(page)
    assert (page.status, page.path) == (404, "/case")
    assert "once the time of a case was over and it was erased" in page.text
    clock.at = until - timedelta(minutes=1)
    assert her.submit(page, {"code": hers.code}, action="/case").status == 200


def test_what_she_writes_as_its_date_comes_is_not_taken_and_not_lost(
    her: Visitor, hers: Inside, clock: FixedClock
) -> None:
    form = her.get("/case/messages")
    until = Case.objects.values_list("retain_until", flat=True).get(id=hers.case.id)
    assert until is not None
    clock.at = until
    page = her.submit(form, {"text": "a long message about the boats, which she typed for a while"})
    assert "a long message about the boats, which she typed for a while" in typed(page)
    page = her.submit(page, {"reopen": hers.code})
    check_page(page)
    assert page.tree.css_first('.say[data-code="wrong_code"]') is not None
    assert "a long message about the boats, which she typed for a while" in typed(page)
    assert not Message.objects.exists()
    assert Case.objects.values_list("retain_until", flat=True).get(id=hers.case.id) == until


def test_a_pick_up_code_opens_no_case_that_is_over(her: Visitor, clock: FixedClock, world: World) -> None:
    made = reported(clock.at, BY_PHONE)
    operator = actor(Role.OPERATOR)
    pickup = hotline.ask_new_code(case_id=made.case_id, by_mail=False, actor=operator, now=clock.at)
    hotline.confirm_new_code(pickup_id=pickup, how=Confirmed.ANSWERED, actor=operator, now=clock.at)
    secret = hotline.hand_over(pickup_id=pickup, actor=operator, now=clock.at)
    Case.objects.filter(id=made.case_id).update(retain_until=clock.at + timedelta(hours=1))
    clock.at += timedelta(hours=1)
    page = her.submit(her.get("/code/new"), {"pickup": secret}, action="/code/new")
    assert (page.status, page.form("/code/new")["pickup"]) == (404, [secret])
    with pytest.raises(NotFoundError):
        hotline.hand_over(pickup_id=pickup, actor=operator, now=clock.at)
    assert Case.objects.get(id=made.case_id).retain_until == clock.at
    Case.objects.filter(id=made.case_id).update(retain_until=clock.at + timedelta(hours=1))
    code = hotline.fetch(pickup_code=secret, now=clock.at)
    assert code is not None
    Case.objects.filter(id=made.case_id).update(retain_until=clock.at)
    assert hotline.fetch(pickup_code=secret, now=clock.at) is None, "shown again it is not either"
    assert hotline.keep(pickup_code=secret, now=clock.at) is None
    assert selectors.case_by_code(code, clock.at) is None
    assert Pickup.objects.filter(case_id=made.case_id).exists()
