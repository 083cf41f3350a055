"""What can be done to a notice and a mail: one verb each, one transaction each, nothing on the network."""

from __future__ import annotations

from recourse.work.notices.services.answering import attach_mail, confirm_answer, drop_mail, set_aside
from recourse.work.notices.services.approving import approve, cancel, redraft, send_back
from recourse.work.notices.services.by_hand import check_again, freshen, record_submission, undo_submission
from recourse.work.notices.services.choosing import follow_choice
from recourse.work.notices.services.deciding import draft_for_assessment
from recourse.work.notices.services.drafting import complete_at
from recourse.work.notices.services.editing import write_into
from recourse.work.notices.services.following import ask_for, follow_place, withdraw
from recourse.work.notices.services.forgetting import forget_case, forget_place
from recourse.work.notices.services.furthering import draft_further
from recourse.work.notices.services.outgoing import leave, record_delivered, record_gave_up
from recourse.work.notices.services.receiving import file_reading, receive_mail
from recourse.work.notices.services.reminding import (
    freshen_reminder,
    record_reminder_submitted,
    remind,
    send_reminder,
)
from recourse.work.notices.services.seen_answers import record_answer
from recourse.work.notices.services.sending import send
from recourse.work.notices.services.silence import record_silence
from recourse.work.notices.services.taking import forget_taken, mailbox_of, take_mail

__all__ = [
    "approve",
    "ask_for",
    "attach_mail",
    "cancel",
    "check_again",
    "complete_at",
    "confirm_answer",
    "draft_for_assessment",
    "draft_further",
    "drop_mail",
    "file_reading",
    "follow_choice",
    "follow_place",
    "forget_case",
    "forget_place",
    "forget_taken",
    "freshen",
    "freshen_reminder",
    "leave",
    "mailbox_of",
    "receive_mail",
    "record_answer",
    "record_delivered",
    "record_gave_up",
    "record_reminder_submitted",
    "record_silence",
    "record_submission",
    "redraft",
    "remind",
    "send",
    "send_back",
    "send_reminder",
    "set_aside",
    "take_mail",
    "undo_submission",
    "withdraw",
    "write_into",
]
