"""One letter to a host about places of several cases: each behind her own line, read and withdrawn by herself."""

from __future__ import annotations

from datetime import datetime

import pytest

from recourse.base.core import wiring
from recourse.base.core.sandbox import Sandbox
from recourse.work.cases import services as cases
from recourse.work.cases.domain import HeldBySomeoneError, Purpose
from recourse.work.cases.models import Access, Case, Item
from recourse.work.cases.selectors import key_for_machine
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import NoticeState, Reason
from recourse.work.notices.models import Notice
from recourse.world.locations.domain import resolve_line
from recourse.world.recipients import services as recipients
from recourse.world.recipients.domain import FoundBy
from tests.work.cases.making import actor, open_case
from tests.work.notices.making import OFFICER, World, approve, assess, choose, fresh, letter, settle
from tests.world.outside import InlineSandbox

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def on_the_web(now: datetime, page: str, *, agrees: bool = True) -> tuple[Case, Item]:
    """A case with one page of a site whose host is known; assessed, and she agreed to the host."""
    case, key = open_case(now)
    resolved = resolve_line(f"https://gallery.harbour.example/{page}")
    assert resolved is not None
    item = cases.add_item(case_id=case.id, key=key, resolved=resolved, now=now)
    assert item.place_id is not None
    host = recipients.set_host(
        place_id=item.place_id, address="abuse@hosting.example", found_by=FoundBy.RDAP, now=now
    )
    assess(case, [item], now)
    settle(now)
    if agrees:
        choose(case, key_for_machine(case.id), now, channel=f"{host}-mail")
        settle(now)
    return case, item


@pytest.fixture(autouse=True)
def sandbox() -> object:
    with wiring.bound(Sandbox, InlineSandbox()):  # type: ignore[type-abstract]
        yield


def removals() -> list[Notice]:
    return list(Notice.objects.filter(kind="removal").order_by("created_at", "id"))


def of(case: Case) -> Notice:
    return Notice.objects.get(kind="removal", case=case)


def test_places_of_two_cases_stand_in_one_letter(now: datetime, world: World) -> None:
    first, _one = on_the_web(now, "dusk/12")
    second, item = on_the_web(now, "dusk/13")
    earlier, later = of(first), of(second)
    assert (later.state, later.reason) == (NoticeState.CANCELLED, Reason.GATHERED)
    before = Access.objects.count()
    opened = selectors.access_notice(
        actor=OFFICER, notice_id=earlier.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert Access.objects.count() == before + 2, "whose places are read, her case's record says so"
    assert "dusk/12" in opened.body
    assert "dusk/13" in opened.body
    assert opened.body.count("mandate") == 1
    assert not {first.number, second.number} & set(opened.body.split())
    approve(earlier.id, now)
    settle(now)
    assert len(world.letters) == 1
    assert selectors.tracks([item.id])[item.id].asked_at == now
    assert [one.at for one in selectors.approvals(second.id)] == [now]


def test_whoever_has_not_agreed_stands_in_a_letter_of_her_own(now: datetime, world: World) -> None:
    on_the_web(now, "dusk/12")
    on_the_web(now, "dusk/13", agrees=False)
    assert {one.state for one in removals()} == {NoticeState.READY, NoticeState.INCOMPLETE}


def test_a_withdrawal_takes_one_line_off_and_leaves_the_other(now: datetime, world: World) -> None:
    first, _item = on_the_web(now, "dusk/12")
    second, _item = on_the_web(now, "dusk/13")
    earlier = of(first)
    cases.withdraw_mandate(case_id=second.id, now=now)
    settle(now)
    assert fresh(earlier).state == NoticeState.READY
    approve(earlier.id, now)
    settle(now)
    assert "dusk/13" not in letter(world).get_content()


def test_erasing_one_leaves_the_letter_to_the_other(now: datetime, world: World) -> None:
    first, _item = on_the_web(now, "dusk/12")
    second, _item = on_the_web(now, "dusk/13")
    earlier = of(first)
    approve(earlier.id, now)
    settle(now)
    cases.erase_case(case_id=first.id, now=now)
    settle(now)
    assert fresh(earlier).case_id == second.id
    assert fresh(earlier).state == NoticeState.HANDED_OVER


def test_what_an_officer_wrote_by_hand_stays_by_itself(now: datetime, world: World) -> None:
    on_the_web(now, "dusk/12")
    services.write_into(
        notice_id=removals()[0].id, addition="Only about this one.", reasons="", actor=OFFICER, now=now
    )
    on_the_web(now, "dusk/13")
    assert [one.state for one in removals()] == [NoticeState.READY, NoticeState.READY]


def test_nobody_decides_while_somebody_holds_one_of_the_cases(now: datetime, world: World) -> None:
    first, _item = on_the_web(now, "dusk/12")
    second, _item = on_the_web(now, "dusk/13")
    cases.claim(case_id=second.id, actor=actor(number=2), now=now, purpose=Purpose.ASSESS)
    with pytest.raises(HeldBySomeoneError):
        approve(of(first).id, now)


def test_a_site_whose_host_becomes_known_is_asked(now: datetime, world: World) -> None:
    case, key = open_case(now)
    resolved = resolve_line("https://gallery.harbour.example/dusk/12")
    assert resolved is not None
    item = cases.add_item(case_id=case.id, key=key, resolved=resolved, now=now)
    assess(case, [item], now)
    settle(now)
    assert not removals()
    assert item.place_id is not None
    recipients.set_host(
        place_id=item.place_id, address="abuse@hosting.example", found_by=FoundBy.RDAP, now=now
    )
    services.ask_for(case_id=case.id, now=now)
    assert len(removals()) == 1


def test_erasing_one_takes_her_place_out_of_a_letter_that_was_sent(now: datetime, world: World) -> None:
    first, _one = on_the_web(now, "dusk/12")
    second, item = on_the_web(now, "dusk/13")
    notice = of(first)
    approve(notice.id, now)
    settle(now)
    cases.erase_case(case_id=first.id, now=now)
    settle(now)
    notice = fresh(notice)
    assert notice.case_id == second.id
    shown = selectors.access_notice(
        actor=OFFICER, notice_id=notice.id, purpose=Purpose.APPROVE_NOTICE, now=now
    )
    assert shown.body == ""
    hers, others = notice.lines.order_by("position")
    assert (hers.open, hers.place_id) == (False, None)
    assert (others.open, others.place_id) == (True, item.place_id)
