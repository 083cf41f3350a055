"""Invariant 3, "Four counts, never added up": reports, assessments, notices and outcomes have a table each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.ledger.models import Disclosure
from recourse.work.cases.models import Assessment, Case
from recourse.work.notices.models import Notice
from recourse.world.checks.domain import RESOLVED
from recourse.world.checks.models import Availability
from tests.work.notices.making import World, approved, forward, joined_by, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_invariant_3_two_reports_of_one_place_are_one_outcome(clock: FixedClock, world: World) -> None:
    """3. Four counts, never added up: each step has a leaf of its own kind, and an outcome counts places."""
    approved(clock.at, 12)
    settle(clock.at)
    joined_by(clock.at, 12)
    world.gone.add("dusk_harbour/12")
    forward(clock, timedelta(hours=30))
    assert Case.objects.count() == 2
    assert Assessment.objects.count() == 2
    assert Notice.objects.exclude(handed_over_at=None).count() == 1, "what joined was not sent"
    assert Availability.objects.filter(state__in=[state.value for state in RESOLVED]).count() == 1
    kinds = list(Disclosure.objects.exclude(kind="padding").values_list("kind", flat=True))
    assert kinds.count("notice") == 1
    assert kinds.count("availability") == 1
    assert not {"report", "assessment"} & set(kinds), "who reported is nobody's figure but ours"
