"""How notices and mails are read: opened by a person who says why, listed in clear, tracked by their survivor."""

from __future__ import annotations

from recourse.work.notices.domain import Track
from recourse.work.notices.selectors.desk import access_mail, access_notice
from recourse.work.notices.selectors.hers import approvals, sent_out, tracks
from recourse.work.notices.selectors.lists import ready, ready_groups
from recourse.work.notices.selectors.machine import taken, unread_mail
from recourse.work.notices.selectors.rows import (
    count_mail_waiting,
    id_of,
    mail_waiting,
    noticed,
    notices_of,
    overdue,
    waiting_for,
)
from recourse.work.notices.selectors.searching import found_notices, number_of
from recourse.work.notices.selectors.story import AboutItem, about_item

__all__ = [
    "AboutItem",
    "Track",
    "about_item",
    "access_mail",
    "access_notice",
    "approvals",
    "count_mail_waiting",
    "found_notices",
    "id_of",
    "mail_waiting",
    "noticed",
    "notices_of",
    "number_of",
    "overdue",
    "ready",
    "ready_groups",
    "sent_out",
    "taken",
    "tracks",
    "unread_mail",
    "waiting_for",
]
