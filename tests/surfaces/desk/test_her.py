"""Reaching the survivor from the desk: messages, her safe contact, a new code, her choices, freezing, a hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import ChannelReason
from recourse.work.cases.models import Case, CaseStep
from recourse.work.hotline import selectors, services
from recourse.work.hotline.models import Message, Outreach, Pickup
from tests import cast
from tests.surfaces.visits import Page, Visitor, check_page, visitor
from tests.work.hotline.reaching import BY_PHONE, Her, her
from tests.work.notices.making import World, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def hers(clock: FixedClock, world: World) -> Her:
    return her(clock.at, BY_PHONE)


@pytest.fixture
def operator() -> Visitor:
    return visitor(cast.signed_in(cast.staff(Role.OPERATOR)))


def number(hers: Her) -> str:
    return Case.objects.get(id=hers.case_id).number


def opened(who: Visitor, hers: Her, purpose: str = "answer_survivor") -> Page:
    return who.submit(who.get(f"/case/{number(hers)}/her"), {"purpose": purpose})


def written(hers: Her, text: str, now: datetime) -> None:
    services.write_to_us(case=hers.own, text=text, now=now)


def test_her_message_is_in_the_queue_answered_and_gone_from_it(
    operator: Visitor, hers: Her, clock: FixedClock
) -> None:
    written(hers, "Is the harbour still there?", clock.at)
    queue = operator.get("/")
    assert "Answer her" in queue.text
    page = operator.submit(queue, action="/next")
    assert page.path == f"/case/{number(hers)}/her"
    check_page(page)
    assert "Is the harbour still there?" in page.text
    assert "Not answered" in page.text
    page = operator.submit(page, {"message": "We look again today."}, action="/message")
    assert page.status == 200
    assert "We look again today." in page.text
    assert "Answer her" not in operator.get("/").text
    assert Message.objects.count() == 2
    assert b"harbour" not in b"".join(bytes(one.sealed) for one in Message.objects.all())


def test_a_message_is_kept_when_the_session_ends_and_stands_again_when_refused(
    operator: Visitor, hers: Her
) -> None:
    page = opened(operator, hers)
    refused = operator.submit(page, {"message": "d" * 4001}, action="/message")
    assert refused.status in {400, 413}
    assert refused.form("/message")["message"] == ["d" * 4001]
    check_page(refused)
    operator.post("/keep", page.form("/message") | {"message": "Half a sentence"})
    page = operator.get(f"/case/{number(hers)}/her")
    assert page.form("/message")["message"] == ["Half a sentence"]
    assert "This is what you wrote, kept" in page.text


def test_a_person_reaches_her_and_writes_down_how_it_went(
    operator: Visitor, hers: Her, clock: FixedClock
) -> None:
    services.tell(case_id=hers.case_id, what="returned", now=clock.at)
    settle(clock.at)
    assert "Reach her at her safe contact" in operator.get("/").text
    page = opened(operator, hers)
    assert "Something that was gone is there again" in page.text
    assert page.tree.css_first("dl.facts") is not None
    operator.submit(page, {"outcome": "told"}, action="/reached")
    assert Outreach.objects.get().outcome == "told"
    assert "Reach her at her safe contact" not in operator.get("/").text


def test_what_could_not_be_asked_safely_waits_for_a_supervisor(
    operator: Visitor, hers: Her, clock: FixedClock
) -> None:
    cases.ask_ending(case_id=hers.case_id, kind="case", now=clock.at)
    settle(clock.at)
    page = opened(operator, hers)
    assert "not before she was asked safely" in page.text
    page = operator.submit(page, {"outcome": "not_safe"}, action="/reached")
    check_page(page)
    assert "It was not safe: a supervisor decides, and nothing becomes final" in page.text
    assert "freeze the case" in page.text
    assert outcomes(page) == ["not_her", "no_answer", "not_safe"]
    refused = operator.submit(page, {"outcome": "told"}, action="/reached")
    assert (refused.status, refused.tree.css_first(".say[data-code]").attributes["data-code"]) == (  # type: ignore[union-attr]
        403,
        "second_person_needed",
    )
    assert "It was not safe to ask her about an ending: decide" in operator.get("/").text
    supervisor = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    Case.objects.filter(id=hers.case_id).update(claimed_by=None, claimed_until=None)
    page = supervisor.submit(supervisor.get("/"), action="/next")
    assert page.path == f"/case/{number(hers)}/her"
    assert outcomes(page) == ["told", "not_her", "no_answer", "not_safe", "left"]
    page = supervisor.submit(page, {"outcome": "left"}, action="/reached")
    check_page(page)
    assert "Left to her: nobody calls again" in page.text
    assert outcomes(page) == ["told", "not_her"]
    assert "decide" not in supervisor.get("/").text


def outcomes(page: Page) -> list[str]:
    """How a try to reach her may have gone, as the page offers it."""
    return [node.attributes["value"] or "" for node in page.tree.css("input[name=outcome]")]


def test_one_cases_telling_is_not_settled_through_anothers_page(
    operator: Visitor, hers: Her, clock: FixedClock
) -> None:
    services.tell(case_id=hers.case_id, what="returned", now=clock.at)
    settle(clock.at)
    other = her(clock.at, BY_PHONE)
    page = opened(operator, other)
    telling = str(Outreach.objects.get(case_id=hers.case_id).id)
    token = page.form("/message")["csrfmiddlewaretoken"]
    answer = operator.post(
        f"/case/{number(other)}/her/reached",
        {"csrfmiddlewaretoken": token, "telling": telling, "outcome": "told", "purpose": "answer_survivor"},
    )
    assert answer.status == 404
    assert Outreach.objects.get(case_id=hers.case_id).outcome == ""


def test_a_lost_code_is_replaced_and_the_pickup_code_shown_once(
    operator: Visitor, hers: Her, clock: FixedClock
) -> None:
    page = operator.submit(opened(operator, hers), action="/ask-code")
    assert "Asked for: confirm that it is she" in page.text
    page = operator.submit(page, {"how": "answered"}, action="/confirm-code")
    assert page.status == 200
    answer = operator.post(f"/case/{number(hers)}/her/hand-over", page.form("/confirm-code"))
    check_page(answer)
    groups = [node.text() for node in answer.tree.css("ol.code b")]
    assert len(groups) == 6
    assert services.fetch(pickup_code="-".join(groups), now=clock.at) is not None
    assert "".join(groups) not in operator.get(f"/case/{number(hers)}/her").html
    kinds = set(CaseStep.objects.values_list("what", flat=True))
    assert kinds >= {"new_code_asked", "new_code_confirmed", "new_code"}
    assert "She has a new code." in operator.get(f"/case/{number(hers)}").text


def test_one_person_alone_is_no_second_person(operator: Visitor, hers: Her) -> None:
    page = operator.submit(opened(operator, hers), action="/ask-code")
    page = operator.submit(page, {"how": "second_person"}, action="/confirm-code")
    assert page.tree.css_first("[data-code=second_person_needed], [data-code]") is not None
    assert page.status >= 400
    page = (
        operator.submit(operator.get(f"/case/{number(hers)}/her"), action="/confirm-code", press="")
        if False
        else page
    )
    assert Pickup.objects.get().state == "asked"


def test_freezing_is_for_everybody_who_answers_her_and_unfreezing_for_supervisors(
    operator: Visitor, hers: Her
) -> None:
    page = operator.submit(opened(operator, hers), action="/freeze")
    assert "Frozen: somebody else has the code" in page.text
    assert page.tree.css_first("form[action$='/ask-code']") is None
    supervisor = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    page = opened(supervisor, hers, "quality_review")
    assert page.tree.css_first("form[action$='/ask-code']") is not None
    check_page(page)


def test_a_legal_hold_is_set_and_ended(officer: Visitor, hers: Her) -> None:
    page = opened(officer, hers, "assess")
    form = page.form("/hold")
    officer.post(f"/case/{number(hers)}/her/hold", form | {"hold": "1"})
    assert Case.objects.get(id=hers.case_id).legal_hold
    page = officer.get(f"/case/{number(hers)}/her")
    officer.post(f"/case/{number(hers)}/her/hold", page.form("/hold") | {"hold": "0"})
    assert not Case.objects.get(id=hers.case_id).legal_hold


def test_her_choice_is_shown_per_channel_and_overridden_by_a_rule_alone(
    officer: Visitor, hers: Her, clock: FixedClock
) -> None:
    cases.ask_choice(
        case_id=hers.case_id, channel_id="tg-abuse", reasons=[ChannelReason.TELLS_POSTER], now=clock.at
    )
    page = opened(officer, hers, "assess")
    check_page(page)
    assert "the poster may learn of it" in page.text
    assert "She has not chosen yet" in page.text
    refused = officer.submit(page, {"rule": "danger", "why": ""}, action="/override")
    assert refused.tree.css_first("[data-code=override_refused]") is not None
    page = officer.submit(page, {"rule": "danger", "why": "He named a day."}, action="/override")
    assert "We go on without it: Danger" in page.text
    view = cases_read.choice_of(hers.case_id, "tg-abuse")
    assert view is not None
    assert view.overridden == "danger"


def test_what_she_asked_to_end_is_said(officer: Visitor, hers: Her, clock: FixedClock) -> None:
    cases.ask_ending(case_id=hers.case_id, kind="permission", now=clock.at)
    page = opened(officer, hers, "assess")
    assert "She takes her permission back." in page.text
    clock.advance(timedelta(minutes=1))
    assert selectors.pickup_of(hers.case_id) is None


def test_an_unknown_verb_is_nowhere(officer: Visitor, hers: Her) -> None:
    page = opened(officer, hers)
    form = page.form("/message")
    assert officer.post(f"/case/{number(hers)}/her/publish", form).status == 404


def test_an_analyst_who_never_said_why_sees_and_writes_nothing(hers: Her) -> None:
    """Invariant 10 on the new page: an empty form sent to its address is no way to read it."""
    curious = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    token = curious.get("/staff").tree.css_first("input[name=csrfmiddlewaretoken]").attributes["value"] or ""  # type: ignore[union-attr]
    answer = curious.post(
        f"/case/{number(hers)}/her/message", {"csrfmiddlewaretoken": token, "message": "hello"}
    )
    assert answer.status == 403
    assert not Message.objects.exists()
