"""What was told and how she can be reached, read back by whoever holds an opened case, by her page and by machines."""

from __future__ import annotations

from recourse.work.hotline.selectors.contact import (
    calls_waiting,
    contact_for_machine,
    messages_of,
    own_way,
    pickup_of,
    reached_of,
    unread_by_her,
)
from recourse.work.hotline.selectors.reports import (
    count_new_people,
    count_reports,
    first_report_at,
    mentions_waiting,
    mentions_waiting_by_report,
    own_reports,
    own_told,
    reports_of,
    safe_contact_of,
)

__all__ = [
    "calls_waiting",
    "contact_for_machine",
    "count_new_people",
    "count_reports",
    "first_report_at",
    "mentions_waiting",
    "mentions_waiting_by_report",
    "messages_of",
    "own_reports",
    "own_told",
    "own_way",
    "pickup_of",
    "reached_of",
    "reports_of",
    "safe_contact_of",
    "unread_by_her",
]
