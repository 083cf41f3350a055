"""Many notices at once: the list to choose from, the letters side by side, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from recourse.surfaces.desk.pages.notice import flowed
from recourse.surfaces.desk.pages.parts import NoticeLine, notice_line
from recourse.surfaces.desk.words import NOTICE_KINDS
from recourse.surfaces.frame import collation
from recourse.work.notices.domain import ElementState, NoticeRow, OpenNotice
from recourse.work.notices.selectors.rows import recipient_name


@dataclass(frozen=True, slots=True)
class Group:
    """The ready notices of one recipient and kind."""

    recipient: str
    kind: str
    words: str
    number: int
    current: bool


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """One notice to choose."""

    line: NoticeLine
    places: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the summary."""

    number: str
    link: str
    case_number: str
    recipient: str
    kind: str
    places: int
    digest: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    differs: tuple[str, ...]  # paragraphs that the first letter to the same recipient has not
    first: bool  # the letter that the others of its recipient are compared with
    missing: tuple[str, ...]
    may_be_approved: bool

    @property
    def stands_for(self) -> str:
        """The notice and the letter that is read, as the form carries them."""
        return f"{self.number} {self.digest}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one notice."""

    number: str
    link: str
    state: tuple[str, str, str]
    words: str
    code: str


def groups(counted: Mapping[tuple[str, str], int], recipient: str, kind: str) -> list[Group]:
    """Return the groups, the largest first."""
    found = [
        Group(
            recipient=one_recipient,
            kind=one_kind,
            words=_("%(to)s, %(kind)s")
            % {"to": recipient_name(one_recipient), "kind": NOTICE_KINDS[one_kind]},
            number=number,
            current=(one_recipient, one_kind) == (recipient, kind),
        )
        for (one_recipient, one_kind), number in counted.items()
    ]
    return sorted(found, key=lambda group: (-group.number, collation.key(group.words)))


def ready_lines(rows: Iterable[NoticeRow], chosen: Sequence[str] | None) -> list[ReadyLine]:
    """Return the notices to choose from; all are chosen until somebody chose."""
    return [ReadyLine(notice_line(row), row.lines, chosen is None or row.number in chosen) for row in rows]


def _place(one: OpenNotice) -> tuple[collation.Key, str, datetime]:
    return collation.key(one.row.recipient_name), one.row.kind, one.row.created_at


def letters(opened: Sequence[OpenNotice], missing_words: Mapping[str, object]) -> list[Letter]:
    """Return the letters, those to one recipient together; each after the first with what it says beside it."""
    first: dict[tuple[str, str], OpenNotice] = {}
    found = []
    for notice in sorted(opened, key=_place):
        leading = first.setdefault((notice.row.recipient_id, notice.row.kind), notice)
        own, its = _paragraphs(notice), set(_paragraphs(leading))
        missing = [one for one in notice.elements if one.state is ElementState.MISSING]
        found.append(
            Letter(
                number=notice.row.number,
                link=reverse("notice", args=[notice.row.number]),
                case_number=notice.case_number,
                recipient=notice.row.recipient_name,
                kind=str(NOTICE_KINDS[notice.row.kind]),
                places=notice.row.lines,
                digest=notice.digest,
                language=notice.language,
                subject=notice.subject,
                paragraphs=own,
                differs=() if leading is notice else tuple(part for part in own if part not in its),
                first=leading is notice,
                missing=tuple(str(missing_words.get(one.key, one.key)) for one in missing),
                may_be_approved=notice.may_be_approved,
            )
        )
    return found


def approved(number: str) -> Outcome:
    """Return that a notice was approved."""
    return _outcome(number, ("gone", "yes", _("Approved")), _("The last checks run, then it is sent."), "")


def refused(number: str, words: str, code: str) -> Outcome:
    """Return why a notice was not approved."""
    return _outcome(number, ("late", "no", _("Not approved")), words, code)


def _outcome(number: str, state: tuple[str, str, str], words: str, code: str) -> Outcome:
    return Outcome(number, reverse("notice", args=[number]), state, words, code)


def _paragraphs(notice: OpenNotice) -> tuple[str, ...]:
    return tuple(flowed(part) for part in notice.body.split("\n\n") if part.strip())


def oldest(rows: Sequence[NoticeRow]) -> datetime | None:
    """Return since when the longest waiting one waits."""
    return min((row.state_since for row in rows), default=None)
