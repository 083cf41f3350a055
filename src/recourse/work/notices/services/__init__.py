"""What can be done to a notice and a mail: one verb each, one transaction each, nothing on the network."""

from __future__ import annotations

from recourse.work.notices.services.answering import attach_mail, confirm_answer, drop_mail, set_aside
from recourse.work.notices.services.approving import approve, cancel, redraft, send_back
from recourse.work.notices.services.drafting import complete_at, draft_for_assessment
from recourse.work.notices.services.following import ask_for, follow_place, forget_case, withdraw
from recourse.work.notices.services.receiving import file_reading, receive_mail
from recourse.work.notices.services.sending import leave, record_delivered, record_gave_up, send
from recourse.work.notices.services.silence import record_silence
from recourse.work.notices.services.taking import forget_taken, mailbox_of, take_mail

__all__ = [
    "approve",
    "ask_for",
    "attach_mail",
    "cancel",
    "complete_at",
    "confirm_answer",
    "draft_for_assessment",
    "drop_mail",
    "file_reading",
    "follow_place",
    "forget_case",
    "forget_taken",
    "leave",
    "mailbox_of",
    "receive_mail",
    "record_delivered",
    "record_gave_up",
    "record_silence",
    "redraft",
    "send",
    "send_back",
    "set_aside",
    "take_mail",
    "withdraw",
]
