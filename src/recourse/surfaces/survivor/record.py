"""What was done in her case, in one list: who opened it and why, who wrote, what happened to her code and permission.

Refuses: anything that is not of her own case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import AccessView, OwnCase, StepKind, StepView
from recourse.work.hotline import selectors as hotline
from recourse.work.notices import selectors as notices

_SAME_VISIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, who ("" for herself and for machines), and what."""

    at: datetime
    label: str
    words: str


def record_of(own: OwnCase) -> tuple[Entry, ...]:
    """Return everything that was done, latest first."""
    entries = [
        *visits(cases.accesses_of(own.case_id, key=own.key)),
        *(_step(step) for step in cases.steps_of(own.case_id)),
        *_letters(own),
        *_approvals(own),
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.at, entry.label, entry.words), reverse=True))


def _letters(own: OwnCase) -> Iterable[Entry]:
    for message in hotline.messages_of(own):
        if not message.from_her:
            yield Entry(message.at, message.label, _("wrote to you"))


APPROVED = {
    "removal": lambda: _("approved a request to remove it"),
    "blocking": lambda: _("approved a request to block it"),
    "deindexing": lambda: _("approved a request to take it out of search results"),
    "preservation": lambda: _("approved a request to keep evidence"),
    "information": lambda: _("approved a request for information"),
}


def _approvals(own: OwnCase) -> Iterable[Entry]:
    for one in notices.approvals(own.case_id):
        yield Entry(one.at, one.label, APPROVED[one.kind]())


PURPOSES = {
    "assess": lambda: _("to decide what we ask, and from whom"),
    "approve_notice": lambda: _("to approve a request to a place"),
    "read_answer": lambda: _("to read an answer of a place"),
    "answer_survivor": lambda: _("to answer you"),
    "quality_review": lambda: _("to check the quality of our work"),
    "other": lambda: _("another reason"),
    "find": lambda: _("to find the cases that a link or a name stands in"),
}
STEPS = {
    StepKind.PERMISSION_ENDED: lambda: _("Permission taken back on your page"),
    StepKind.ERASURE_ASKED: lambda: _("Erasing asked for on your page"),
    StepKind.TAKEN_BACK: lambda: _("Taken back: everything stays as it was"),
    StepKind.CLOSED_FOR_GOOD: lambda: _("Closed, because the permission ended"),
    StepKind.FROZEN: lambda: _("Code stopped: it opens nothing any more"),
    StepKind.NEW_CODE_ASKED: lambda: _("asked for a new code for you"),
    StepKind.NEW_CODE_CONFIRMED: lambda: _("confirmed that it is you"),
    StepKind.NEW_CODE_STOPPED: lambda: _("New code stopped"),
    StepKind.NEW_CODE: lambda: _("New code fetched; the old one is dead"),
    StepKind.EXPORTED: lambda: _("A copy of your case was saved from your page"),
    StepKind.LINK_ANSWERED: lambda: _("Noted who can open a link"),
    StepKind.FINGERPRINTS_ADDED: lambda: _("Fingerprints of pictures or videos added"),
    StepKind.FINGERPRINTS_TAKEN_OUT: lambda: _("A fingerprint taken out"),
    StepKind.FINGERPRINTS_LET_IN: lambda: _("looked why some of your fingerprints waited, and let them in"),
    StepKind.FINGERPRINTS_REVIEWED: lambda: _("reviewed fingerprints of yours"),
    StepKind.FINGERPRINTS_SHARED: lambda: _("gave fingerprints of your pictures to companies, as you agreed"),
    StepKind.MATCH_DECIDED: lambda: _("looked whether a copy that was found is yours"),
    StepKind.SHARING_AGREED: lambda: _("You agreed that companies get your fingerprints"),
    StepKind.SHARING_ENDED: lambda: _("Companies get your fingerprints no longer"),
    StepKind.USED_STOPNCII: lambda: _("You told us that you used StopNCII"),
    StepKind.USED_TAKE_IT_DOWN: lambda: _("You told us that you used Take It Down"),
    StepKind.FOUND_BY_CODE: lambda: _("found your case by the code you gave"),
    StepKind.MARKED_MINOR: lambda: _("noted that the person in the picture was under 18"),
    StepKind.HANDED_OVER: lambda: _("passed on where it is to the body that may deal with it"),
    StepKind.HOLD_SET: lambda: _("recorded an order to keep this case"),
    StepKind.HOLD_ENDED: lambda: _("recorded that the order to keep this case ended"),
}


TOLD = {  # steps of hers that one of us wrote down, as she told it
    StepKind.SHARING_AGREED: lambda: _("wrote down that you agreed that companies get your fingerprints"),
    StepKind.SHARING_ENDED: lambda: _("wrote down that companies get your fingerprints no longer"),
}


def _step(step: StepView) -> Entry:
    words = TOLD if step.label and step.what in TOLD else STEPS
    return Entry(step.at, step.label, words[step.what]())


def visits(accesses: Iterable[AccessView]) -> tuple[Entry, ...]:
    """Return who opened the case, latest first; page after page of one sitting is one visit."""
    sittings: list[list[AccessView]] = []
    for access in sorted(accesses, key=lambda one: one.at):
        if sittings and _goes_on(sittings[-1][-1], access):
            sittings[-1].append(access)
        else:
            sittings.append([access])
    return tuple(_visit(sitting) for sitting in reversed(sittings))


def _goes_on(before: AccessView, after: AccessView) -> bool:
    same = (before.label, before.purpose, before.words) == (after.label, after.purpose, after.words)
    return same and after.at - before.at <= _SAME_VISIT


def _visit(sitting: list[AccessView]) -> Entry:
    first = sitting[0]
    purpose = first.words or PURPOSES[first.purpose]()
    if len(sitting) == 1:
        return Entry(first.at, first.label, purpose)
    pages = ngettext("%(purpose)s (%(n)d page)", "%(purpose)s (%(n)d pages)", len(sitting))
    return Entry(first.at, first.label, pages % {"purpose": purpose, "n": len(sitting)})
