"""Invariant 16, "Every record has a retention date": a case whose survivor still looks at it is not inactive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.vault.domain import new_case_code
from recourse.work.cases import services
from recourse.work.cases.domain import RETENTION, CaseState, Retention
from recourse.work.cases.models import Case
from tests import cast
from tests.surfaces.visits import visitor
from tests.work.cases.making import open_case

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
