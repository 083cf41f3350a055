"""Whether a letter that was stopped may have arrived: a worker died, or the line broke, while it was handed over.

Refuses: to guess. What the outbox is not sure of is stated as not known, until an answer shows that they have it.
"""

from __future__ import annotations

from uuid import UUID

from recourse.base.jobs import selectors as jobs
from recourse.work.notices.models import Notice, Reminder


def may_be_there(outbox_id: UUID | None) -> bool:
    """Tell whether a message that was not delivered may be with the other side all the same."""
    seen = jobs.outbox_of(outbox_id) if outbox_id else None
    return seen is not None and seen.unsure


def note_unsure(letter: Notice | Reminder) -> None:
    """Note on a locked letter that it may have arrived, if so, and since when; before it moves. The caller saves."""
    if letter.unsure_since is None and may_be_there(letter.outbox_id):
        letter.unsure_since = letter.state_since
