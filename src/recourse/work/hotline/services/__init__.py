"""What can be done at the hotline: write a draft, send it, go through a report, settle what a person read."""

from __future__ import annotations

from recourse.work.hotline.services.drafts import (
    acknowledge_code,
    discard_draft,
    drop_drafts,
    read_draft,
    save_answer,
    start_draft,
)
from recourse.work.hotline.services.mentions import place_mention, set_aside_mention
from recourse.work.hotline.services.reports import forget_case, read_report, submit_report

__all__ = [
    "acknowledge_code",
    "discard_draft",
    "drop_drafts",
    "forget_case",
    "place_mention",
    "read_draft",
    "read_report",
    "save_answer",
    "set_aside_mention",
    "start_draft",
    "submit_report",
]
