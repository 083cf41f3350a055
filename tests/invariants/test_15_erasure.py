"""Invariant 15, "Erasure works": what arrives while a case is being erased is not joined to what is left of it."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from recourse.base.core.clock import FixedClock
from recourse.work.notices import services
from recourse.work.notices.models import InboundMail
from tests.threads import together
from tests.work.notices.making import World, handed_over, mail, reply_address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def test_invariant_15_a_mail_that_comes_while_its_case_is_erased_is_not_kept_with_it(
    clock: FixedClock, world: World
) -> None:
    """15. Erasure works: such a mail belongs to nobody, waits for a person and has a date of its own."""
    case, _notice = handed_over(clock.at)
    erased, to = threading.Event(), reply_address(world)

    def erase() -> None:
        with transaction.atomic():
            services.forget_case(case_id=case.id, now=clock.at)
            erased.set()
            threading.Event().wait(0.7)  # the mail comes now, before this is committed

    def receive() -> None:
        assert erased.wait(10)
        services.receive_mail(raw=mail().as_bytes(), recipients=[to], now=clock.at)

    assert together(erase, receive) == [None, None]
    assert InboundMail.objects.get().notice_id is None
