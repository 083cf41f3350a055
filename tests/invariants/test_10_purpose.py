"""Invariant 10, "Nobody fetches a case without saying why": refused forms and other cases' rows are no way in."""

from __future__ import annotations

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotFoundError
from recourse.people.accounts.domain import Role
from recourse.work.cases import services as cases
from recourse.work.cases.domain import HeldBySomeoneError, Purpose
from recourse.work.cases.models import Access, Case
from recourse.work.hotline import services as hotline
from recourse.work.hotline.models import Mention
from recourse.work.notices import services
from tests import cast
from tests.surfaces.survivor.test_report import ANSWERS, fill
from tests.surfaces.visits import Visitor, visitor
from tests.work.cases.making import actor
from tests.work.notices.making import OFFICER, World, drafted, fresh, handed_over, mail, receive, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HERS = "A harbour at dusk."


def reported(clock: FixedClock) -> Case:
    """A case as a sent report opens it, gone through by the worker."""
    known = set(Case.objects.values_list("id", flat=True))
    her = visitor(cast.survivor())
    her.submit(fill(her, ANSWERS), action="/report/send")
    settle(clock.at)
    return Case.objects.exclude(id__in=known).get()


def token(officer: Visitor) -> str:
    """A form token, from a page that shows no case."""
    return officer.get("/staff").tree.css_first("input[name=csrfmiddlewaretoken]").attributes["value"] or ""


@pytest.mark.parametrize("path", ["assess", "mention"])
def test_invariant_10_a_refused_form_of_somebody_who_never_said_why_shows_nothing(
    clock: FixedClock, world: World, path: str
) -> None:
    """10. Nobody fetches a case without saying why: an empty decision sent to its address is no way to read it."""
    case = reported(clock)
    curious = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    way = "assess" if path == "assess" else f"mention/{Mention.objects.get().id}"
    page = curious.post(f"/case/{case.number}/{way}", {"csrfmiddlewaretoken": token(curious)})
    assert HERS not in page.html
    assert "dusk_harbour" not in page.html
    assert page.status == 403
    assert not Access.objects.exists()


def test_invariant_10_a_refused_approval_of_somebody_who_never_said_why_shows_nothing(
    clock: FixedClock, world: World
) -> None:
    """10. Nobody fetches a case without saying why: nor by a notice about it."""
    _case, notice = drafted(clock.at)
    curious = visitor(cast.signed_in(cast.staff(Role.SUPERVISOR)))
    page = curious.post(f"/notice/{notice.number}/approve", {"csrfmiddlewaretoken": token(curious)})
    assert "dusk_harbour" not in page.html
    assert page.status == 403
    assert not Access.objects.exists()


def test_invariant_10_a_refused_decision_stands_again_for_whoever_said_why_before(
    officer: Visitor, clock: FixedClock, world: World
) -> None:
    """10. Nobody fetches a case without saying why: what was said when it was opened goes with its forms."""
    case = reported(clock)
    page = officer.submit(
        officer.get(f"/case/{case.number}"), {"purpose": "other", "words": "a question of the court"}
    )
    refused = officer.submit(page, {"reasons": "long thought"}, action="/assess")
    assert refused.status == 400
    assert refused.form("/assess")["reasons"] == ["long thought"]
    assert set(Access.objects.values_list("purpose", flat=True)) == {Purpose.OTHER}


def test_invariant_10_one_cases_words_are_not_settled_through_anothers_address(
    officer: Visitor, clock: FixedClock, world: World
) -> None:
    """10. Everything else is refused in the selector: a mention belongs to its case."""
    first, second = reported(clock), reported(clock)
    foreign = Mention.objects.get(report__case=second)
    page = officer.submit(officer.get(f"/case/{first.number}"), {"purpose": "assess"})
    token_ = page.form("/assess")["csrfmiddlewaretoken"][0]
    for values in ({"aside": "1"}, {"text": "https://t.me/pier_nine/4"}):
        got = officer.post(
            f"/case/{first.number}/mention/{foreign.id}", {"csrfmiddlewaretoken": token_, **values}
        )
        assert got.status == 404
    assert Mention.objects.get(id=foreign.id).state == "waiting_for_person"
    with pytest.raises(NotFoundError):
        hotline.set_aside_mention(mention_id=foreign.id, case_id=first.id, actor=OFFICER, now=clock.at)


def test_invariant_10_nobody_settles_words_of_a_case_that_somebody_else_holds(
    clock: FixedClock, world: World
) -> None:
    """10. Claiming work supplies the purpose: and keeps others from deciding in it meanwhile."""
    case = reported(clock)
    mention = Mention.objects.get()
    cases.claim(case_id=case.id, actor=actor(Role.OFFICER, 2), now=clock.at, purpose=Purpose.ASSESS)
    with pytest.raises(HeldBySomeoneError):
        hotline.set_aside_mention(mention_id=mention.id, case_id=case.id, actor=OFFICER, now=clock.at)
    with pytest.raises(HeldBySomeoneError):
        hotline.place_mention(
            mention_id=mention.id,
            case_id=case.id,
            text="https://t.me/pier_nine/4",
            actor=OFFICER,
            now=clock.at,
        )
    assert Mention.objects.get().state == "waiting_for_person"


def test_invariant_10_what_was_set_aside_takes_no_answer(clock: FixedClock, world: World) -> None:
    """10. Everything else is refused in the selector: a mail whose key is destroyed says nothing any more."""

    _case, notice = handed_over(clock.at)
    gone = receive(mail(), "desk@agency.example", clock.at)
    services.set_aside(mail_id=gone.id, actor=OFFICER, now=clock.at)
    with pytest.raises(NotFoundError):
        services.attach_mail(mail_id=gone.id, notice_number=notice.number, actor=OFFICER, now=clock.at)
    assert fresh(notice).receipt_proven_at is None
