"""What a recipient reads. One pure function, so that the same facts always give the same letter.

The letter names the agency, the addresses, the legal grounds and the officer who approved it. It refuses to
know: the survivor's name, the case's number, what the picture shows, how it was found. It may be forwarded
to the poster or published in an archive of notices, and stays harmless there.

Every sentence is one message of the catalogue; `say` gives it in the recipient's language.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from recourse.work.notices.domain.sentences import (
    ASKS,
    CLASSES,
    CONTENT,
    GOOD_FAITH,
    KEEP,
    LINES,
    LISTS,
    REMINDER,
    SUBJECTS,
    TELL,
    WHO,
    WHY,
)
from recourse.work.notices.domain.states import NoticeKind

Say = Callable[[str], str]
WIDTH = 76


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter may say.

    Attributes:
        kind: what is asked.
        number: public reference of the notice.
        entry: id of its entry in the public record, once it has one.
        on: the date at the head of the letter.
        recipient: the recipient's name.
        agency: the agency's name.
        address: the agency's removal mailbox.
        urls: canonical addresses, in the order of the lines.
        grounds: values of `CONTENT`'s keys.
        laws: names of the laws relied on.
        seen_at: when our own check last found all of the content there, if it did.
        mandate_since: the day since when the agency may act for everybody depicted, if it may.
        signer: label of the officer who approved it, once approved.
        earlier: number of the notice after which the content was removed, if it has come back since.
        by_form: it goes into a form: there is no mail to reply to.
        addition: what an officer wrote in addition, checked.
        reasons: what an officer wrote in place of our own paragraph of reasons, checked.
        new_facts: what is new since the recipient refused, in an officer's words, checked.
    """

    kind: NoticeKind
    number: str
    on: date
    recipient: str
    agency: str
    address: str
    urls: tuple[str, ...]
    grounds: tuple[str, ...]
    laws: tuple[str, ...]
    entry: str | None = None
    seen_at: datetime | None = None
    mandate_since: date | None = None
    signer: str | None = None
    earlier: str | None = None
    by_form: bool = False
    addition: str = ""
    reasons: str = ""
    new_facts: str = ""


def unchanged(msgid: str) -> str:
    """Say it in English, in which the messages are written."""
    return msgid


def render_letter(facts: LetterFacts, say: Say = unchanged) -> tuple[str, str]:
    """Return subject and body, lines of at most 76 characters except for addresses."""
    subject = say(SUBJECTS[facts.kind]).format(number=facts.number)
    parts = [
        _head(facts, say),
        _fill(say(LINES["to"]).format(recipient=facts.recipient)),
        *explanation(facts, say),
        _fill(statements(facts, say)),
        *([] if facts.by_form else [_fill(say(LINES["reply"]))]),
        _fill(say(LINES["record"]).format(agency=facts.agency)),
        _foot(facts, say),
    ]
    return subject, _joined(parts)


def render_reminder(
    facts: LetterFacts, *, sent_on: date, their_reference: str, say: Say = unchanged
) -> tuple[str, str]:
    """Return subject and body of a reminder of the notice with these facts, in the same thread.

    That the content is still there is said only where our own checks found all of it.
    """
    subject = say(REMINDER["subject"]).format(number=facts.number)
    yours = say(REMINDER["their_reference"]).format(reference=their_reference) if their_reference else ""
    parts = [
        _head(facts, say),
        _fill(say(LINES["to"]).format(recipient=facts.recipient)),
        _fill(say(REMINDER["asked"]).format(number=facts.number, day=_day(sent_on))),
        _fill(yours),
        _fill(say(REMINDER["still" if facts.seen_at else "unanswered"])),
        "\n".join(facts.urls),
        _fill(say(LINES["seen"]).format(moment=_moment(facts.seen_at)) if facts.seen_at else ""),
        _fill(say(REMINDER["asks"])),
        *([] if facts.by_form else [_fill(say(LINES["reply"]))]),
        _foot(facts, say),
    ]
    return subject, _joined(parts)


def explanation(facts: LetterFacts, say: Say = unchanged) -> list[str]:
    """Return the paragraphs that say what is asked about which places and why; a form takes them too."""
    return [
        _fill(say(WHO[facts.kind])),
        _fill(say(CLASSES).format(classes=classes(facts, say))),
        _asks(facts, say),
        say(LISTS["addresses"]) + "\n" + "\n".join(facts.urls),
        _fill(say(LINES["seen"]).format(moment=_moment(facts.seen_at)) if facts.seen_at else ""),
        _fill(say(LINES["returned"]).format(earlier=facts.earlier) if facts.earlier else ""),
        _fill(say(LINES["new_facts"]).format(facts=facts.new_facts) if facts.new_facts else ""),
        _fill(facts.reasons or say(WHY[facts.kind])),
        _fill(facts.addition),
        _laws(facts, say),
    ]


def classes(facts: LetterFacts, say: Say = unchanged) -> str:
    """Return the statutory classes of the content, never what it shows."""
    named = [say(CONTENT[ground]) for ground in facts.grounds if ground in CONTENT]
    return "; ".join(named or [say(CONTENT["intimate_no_consent"])])


def mandate_statement(facts: LetterFacts, say: Say = unchanged) -> str:
    """Return the sentence that says in whose name we ask; empty while nobody gave a mandate."""
    if facts.mandate_since is None:
        return ""
    return say(LINES["mandate"]).format(day=_day(facts.mandate_since))


def statements(facts: LetterFacts, say: Say = unchanged) -> str:
    """Return what we declare: in whose name, in good faith, accurately."""
    said = [mandate_statement(facts, say), say(GOOD_FAITH["belief"]), say(GOOD_FAITH["accurate"])]
    return " ".join(one for one in said if one)


def presence_statement(facts: LetterFacts, say: Say = unchanged) -> str:
    """Return the sentence that says when we last saw it there; empty while we have not."""
    return say(LINES["seen"]).format(moment=_moment(facts.seen_at)) if facts.seen_at else ""


def letter_digest(address: str, subject: str, body: str) -> str:
    """Return what an approval names the letter by that was read: 32 hex digits over all that stands in it."""
    return hashlib.sha256(f"{address}\n\n{subject}\n\n{body}".encode()).hexdigest()[:32]


def _asks(facts: LetterFacts, say: Say) -> str:
    keep = [say(KEEP)] if facts.kind is NoticeKind.REMOVAL else []
    asked = [say(ASKS[facts.kind]), *keep, say(TELL)]
    return "\n".join([say(LISTS["we_ask"]), *(_item(one) for one in asked)])


def _head(facts: LetterFacts, say: Say) -> str:
    entry = facts.entry or say(LINES["no_entry"])
    reference = say(LINES["reference"]).format(number=facts.number)
    return f"{_day(facts.on)}\n{reference}\n{say(LINES['entry']).format(entry=entry)}"


def _laws(facts: LetterFacts, say: Say) -> str:
    if not facts.laws:
        return ""
    return "\n".join([say(LISTS["laws"]), *(_item(name) for name in facts.laws)])


def _foot(facts: LetterFacts, say: Say) -> str:
    desk = say(LINES["desk"]).format(agency=facts.agency)
    signed = [say(LINES["signed"]).format(signer=facts.signer)] if facts.signer else []
    return "\n".join([*signed, desk, facts.address])


def _day(on: date) -> str:
    """Return a day as every reader in every language reads it."""
    return on.isoformat()


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d, %H:%M} UTC"


def _item(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) if text else ""


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
