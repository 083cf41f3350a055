"""What changes after a message was put out and before it is there stops it still."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import OutsideError
from recourse.work.cases import services as cases
from recourse.work.notices.domain import NoticeState, Reason
from tests.work.notices.making import World, forward, fresh, handed_over, settle

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_withdrawal_stops_what_the_relay_put_off(clock: FixedClock, world: World) -> None:
    """A relay that says "later" is tried again for days: each try asks anew whether it may leave."""
    world.failures = [OutsideError("away")]
    case, notice = handed_over(clock.at, 12)
    assert fresh(notice).state == NoticeState.SENDING
    cases.withdraw_mandate(case_id=case.id, now=clock.at)
    settle(clock.at)
    forward(clock, timedelta(minutes=2))
    assert not world.letters
    assert (fresh(notice).state, fresh(notice).reason) == (NoticeState.HELD, Reason.MANDATE_WITHDRAWN)
