"""What her pages say before something ends: what was sent outside, when it is complete, how she would be reached.

Decides nothing. Refuses: addresses, hers included; the page says the way and not the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.translation import gettext as _

from recourse.base.vault.domain import KEY_BACKUP_DAYS
from recourse.surfaces.frame.places import place_words
from recourse.surfaces.frame.templatetags.frame import when
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import ENDING_WAITS, EndingKind, EndingView, LegalHoldError, OwnCase
from recourse.work.hotline import selectors as hotline
from recourse.work.notices import selectors as notices


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that has left, and cannot be called back."""

    number: int
    what: str
    to: str
    at: datetime
    sure: bool  # else it was stopped on its way, and may have arrived


@dataclass(frozen=True, slots=True)
class Ending:
    """What she asked to end and can still take back, in words."""

    kind: EndingKind
    title: str
    words: str


def ending_of(own: OwnCase, *, now: datetime) -> Ending | None:
    """Return what waits to become final.

    Past its time the words are the same whatever it waits for: nobody who reads them learns whether she was called,
    and how that went.
    """
    waits = cases.own_ending(own.case_id)
    if waits is None:
        return None
    title, words = _in_time(waits) if now < waits.final_at else _late(waits)
    if waits.kind is EndingKind.CASE and cases.is_held(own.case_id):
        words = _(LegalHoldError.sentence)
    return Ending(waits.kind, title, words)


def _in_time(waits: EndingView) -> tuple[str, str]:
    erased, ended = _("This case is erased after {}"), _("The permission ends for good after {}")
    title = format_html(erased if waits.kind is EndingKind.CASE else ended, when(waits.final_at))
    return title, _(
        "Since you asked, nothing is sent. Until then you can take it back, and everything stays as it was. "
        "If it was not you, take it back and stop your code."
    )


def _late(waits: EndingView) -> tuple[str, str]:
    erased, ended = _("This case is not erased yet"), _("The permission has not ended for good yet")
    return erased if waits.kind is EndingKind.CASE else ended, _(
        "Since you asked, nothing is sent. Before it is final we make sure that it was you, in a way that is safe for "
        "you, and that can take longer than three days. If it was you, you can also call us. If it was not you, take "
        "it back and stop your code."
    )


def sent_outside(own: OwnCase) -> tuple[Sent, ...]:
    """Return every request about her places that left, or may have left, in her numbering."""
    items = {item.item_id: item for item in cases.own_items(own.case_id)}
    left = [
        Sent(
            items[one.item_id].number,
            place_words(items[one.item_id].platform),
            one.recipient_name,
            one.at,
            one.sure,
        )
        for one in notices.sent_out(items)
    ]
    return tuple(sorted(left, key=lambda one: (one.number, one.at)))


def complete_at(now: datetime) -> datetime:
    """Return when an erasing that is asked for now is complete: the wait, then the last backup of the keys."""
    return now + ENDING_WAITS + timedelta(days=KEY_BACKUP_DAYS)


def reached_by(own: OwnCase) -> str:
    """Return the way she chose to be reached: "phone", "email" or "page_only"."""
    return hotline.own_way(own.case_id)
