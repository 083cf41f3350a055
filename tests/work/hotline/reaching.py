"""How the tests of reaching her come by a case with a safe contact, and what was sent to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

from recourse.base.core import clock
from recourse.base.vault.domain import DataKey
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import OpenCase, OwnCase, Purpose
from recourse.work.cases.models import Case
from tests.work.cases.making import actor
from tests.work.hotline.writing import TOLD, Values, read, send
from tests.work.notices.making import World

BY_MAIL: Values = {"how": "email", "address": "dusk@harbour.example", "window": "", "leave_message": "yes"}
BY_MAIL_AT_HOURS: Values = {**BY_MAIL, "window": "weekdays after dusk"}
NO_MAIL_LEFT: Values = {**BY_MAIL, "leave_message": "no"}
BY_PHONE: Values = {"how": "phone", "address": "000 555", "window": "after dusk", "leave_message": "no"}
ONLY_HERE: Values = {"how": "page_only"}


@dataclass
class Her:
    """A survivor whose report was read: her case, and the code that opens it."""

    case_id: UUID
    code: str

    @property
    def own(self) -> OwnCase:
        found = cases.case_by_code(self.code, clock.now())
        assert found is not None
        return found

    @property
    def key(self) -> DataKey:
        return cases.key_for_machine(self.case_id)

    @property
    def state(self) -> str:
        return Case.objects.get(id=self.case_id).state

    def opened(self, now: datetime) -> OpenCase:
        return cases.access_case(actor=actor(), case_id=self.case_id, purpose=Purpose.ASSESS, now=now)


def her(now: datetime, contact: Values, told: Mapping[str, Values] = TOLD) -> Her:
    """A case with this safe contact."""
    sent = send(now, {**told, "safe_contact": contact})
    read(sent.case_id, now)
    return Her(sent.case_id, sent.code)


def mails(world: World) -> list[EmailMessage]:
    """Every quiet mail that left."""
    found = [
        message_from_bytes(raw, policy=policy.default)
        for envelope, raw in world.letters
        if not envelope["from"]
    ]
    return [mail for mail in found if isinstance(mail, EmailMessage)]
