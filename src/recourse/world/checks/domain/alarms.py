"""When to call a person because a platform's pages read no longer. Pure.

A page that no rule recognises gives `unknown`, and nothing is ever called gone by it. One such page may be odd;
several different ones in a row, with none between that read, mean that the platform changed its pages and the
rule must be looked at. A control that is not seen live makes every "gone" on that platform uncertain.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from recourse.world.checks.domain.looks import READ, LookFrom
from recourse.world.rules.evaluate import UNKNOWN_MARKUP
from recourse.world.rules.schema import Verdict

PLACES = 3  # different places of one platform and kind
WINDOW = timedelta(hours=24)
CONTROL_SILENT = timedelta(hours=1)  # how long a control may give no answer at all; a network can hiccup


class AlarmReason(StrEnum):
    """Why a person must look at a rule."""

    LAYOUT_CHANGED = "layout_changed"  # different places in a row, and no rule recognises their pages
    CONTROL_UNREADABLE = "control_unreadable"  # a place known to be live is not seen live
    RULE_PAST_REVIEW = "rule_past_review"  # nobody looked at the rule since its review date


def layout_changed(unread_since_last_read: Collection[UUID]) -> bool:
    """Tell whether so many different places could not be read that it is not the place."""
    return len(set(unread_since_last_read)) >= PLACES


def control_unreadable(verdict: Verdict, *, failing_since: datetime, now: datetime) -> bool:
    """Tell whether a control that was not seen live is worth an alarm: at once if it answers with another page."""
    if verdict is Verdict.UNREACHABLE:
        return now - failing_since >= CONTROL_SILENT
    return verdict is not Verdict.LIVE


def was_read(looks: Collection[LookFrom]) -> bool:
    """Tell whether a rule recognised the page from at least one vantage point, by a look that can be trusted."""
    return any(one.look.verdict in READ and one.control_ok is not False for one in looks)


def was_strange(looks: Collection[LookFrom]) -> bool:
    """Tell whether a page came back that no rule recognises, and none that one does."""
    return not was_read(looks) and any(one.look.marker == UNKNOWN_MARKUP for one in looks)
