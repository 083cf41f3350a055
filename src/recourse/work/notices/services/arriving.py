"""Whether a letter that was stopped may have arrived: a worker died, or the line broke, while it was handed over.

Refuses: to guess. What the outbox is not sure of is stated as not known, until an answer shows that they have it.
"""

from __future__ import annotations

from recourse.base.jobs import selectors as jobs
from recourse.base.jobs.domain import OutboxState
from recourse.work.notices.models import Notice, Reminder


def note_unsure(letter: Notice | Reminder, *, at_rest: bool = True) -> None:
    """Note on a locked letter that it may have arrived, if so, and since when; before it moves. The caller saves.

    `at_rest` says that no try of it can be under way but the caller's own, which has not begun to send.
    """
    seen = jobs.outbox_of(letter.outbox_id) if letter.outbox_id else None
    if seen is None or letter.unsure_since is not None:
        return
    if seen.unsure or (not at_rest and seen.state is OutboxState.SENDING):
        letter.unsure_since = letter.state_since
