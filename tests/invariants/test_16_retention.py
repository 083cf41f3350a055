"""Invariant 16, "Every record has a retention date": a case whose survivor still looks at it is not inactive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.vault import services as vault
from recourse.base.vault.domain import KeyDestroyedError, new_case_code
from recourse.work.cases import services
from recourse.work.cases.domain import RETENTION, CaseState, Retention
from recourse.work.cases.models import Case
from recourse.work.notices import services as notices
from recourse.work.notices.models import InboundMail
from tests import cast
from tests.surfaces.visits import visitor
from tests.work.cases.making import open_case
from tests.work.notices.making import OFFICER, World, forward, handed_over, mail, receive

pytestmark = [pytest.mark.django_db, pytest.mark.db]
INACTIVE = RETENTION[Retention.INACTIVE]


def test_invariant_16_her_own_visit_is_activity(clock: FixedClock) -> None:
    """16. Every record has a retention date: inactive means that nothing happened from her either."""
    code = new_case_code()
    case, _key = open_case(clock.at, code=code)
    begun = clock.at
    clock.at = begun + INACTIVE - timedelta(days=30)
    her = visitor(cast.survivor())
    page = her.submit(her.get("/case"), {"code": code}, action="/case")
    assert page.path == "/case"
    assert Case.objects.get().last_activity_at == clock.at
    clock.at = begun + INACTIVE + timedelta(days=1)
    services.sweep(now=clock.at)
    assert Case.objects.get(id=case.id).state == CaseState.OPEN


def test_invariant_16_her_visits_are_no_diary(clock: FixedClock) -> None:
    """16. Every record has a retention date: and the row that sets it tells a day, not each visit."""
    code = new_case_code()
    open_case(clock.at, code=code)
    begun = clock.at
    clock.at = begun + timedelta(hours=5)
    her = visitor(cast.survivor())
    her.submit(her.get("/case"), {"code": code}, action="/case")
    assert Case.objects.get().last_activity_at == begun


def test_invariant_16_a_mail_that_belongs_to_nobody_does_not_stay_for_ever(
    clock: FixedClock, world: World
) -> None:
    """16. Every record has a retention date: whoever writes to the desk by mistake is forgotten in time."""
    stray = receive(mail("Please help me, I am at the harbour."), "desk@localhost.test", clock.at)
    begun = clock.at
    forward(clock, RETENTION[Retention.MAIL_OF_NOBODY] - timedelta(minutes=1))
    assert InboundMail.objects.get().text
    forward(clock, timedelta(minutes=2))
    kept = InboundMail.objects.get()
    assert (bytes(kept.raw), bytes(kept.text), kept.about, kept.digest) == (b"", b"", b"", None)
    assert clock.at > begun
    with pytest.raises(KeyDestroyedError):
        vault.open_key(stray.key_id)


def test_invariant_16_a_mail_that_found_its_notice_stays_with_it(clock: FixedClock, world: World) -> None:
    """16. Every record has a retention date: joined to a notice, a mail has the date of its case."""
    _case, notice = handed_over(clock.at)
    found = receive(mail(), "desk@localhost.test", clock.at)
    notices.attach_mail(mail_id=found.id, notice_number=notice.number, actor=OFFICER, now=clock.at)
    clock.at += RETENTION[Retention.MAIL_OF_NOBODY] + timedelta(days=1)
    notices.drop_mail(mail_id=found.id, now=clock.at)
    assert InboundMail.objects.get().text
