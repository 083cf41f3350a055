"""What a recipient reads. One pure function, so that the same facts always give the same letter.

The letter names the agency, the addresses, the legal grounds and the officer who approved it. It refuses to
know: the survivor's name, the case's number, what the picture shows, how it was found. It may be forwarded
to the poster or published in an archive of notices, and stays harmless there.
"""

from __future__ import annotations

import hashlib
import textwrap
from dataclasses import dataclass
from datetime import date, datetime

from recourse.work.notices.domain.states import NoticeKind

WIDTH = 76
# Grounds of an assessment (values of cases.Grounds) as the letter names them: the class, never the content.
CONTENT = {
    "synthetic_sexual": "synthetic or manipulated sexual content",
    "intimate_no_consent": "intimate content",
    "threat": "content that threatens with the publication of intimate material",
    "personal_data": "personal data published together with such content",
}
# Not strftime: the letter must not change with the server's locale.
MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


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
        mandate_since: the day since when the agency may act for the person depicted, if it may.
        signer: label of the officer who approved it, once approved.
        earlier: number of the notice after which the content was removed, if it has come back since.
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


def render_letter(facts: LetterFacts) -> tuple[str, str]:
    """Return subject and body, in English, lines of at most 76 characters except for addresses."""
    subject = f"{SUBJECTS[facts.kind]}, reference {facts.number}"
    parts = [
        _head(facts),
        _fill(f"To {facts.recipient}"),
        _fill(_who(facts)),
        _fill(_asks(facts)),
        "\n".join(facts.urls),
        _fill(_seen(facts)),
        _fill(_returned(facts)),
        _fill(f"Why it must not be there: {_why(facts)}"),
        _laws(facts.laws),
        _fill(_good_faith(facts)),
        _fill(_how_to_answer(facts)),
        _foot(facts),
    ]
    return subject, "\n\n".join(part for part in parts if part) + "\n"


def letter_digest(address: str, subject: str, body: str) -> str:
    """Return what an approval names the letter by that was read: 32 hex digits over all that stands in it."""
    return hashlib.sha256(f"{address}\n\n{subject}\n\n{body}".encode()).hexdigest()[:32]


SUBJECTS = {
    NoticeKind.REMOVAL: "Request to remove content published without consent",
    NoticeKind.BLOCKING: "Request to block access to content published without consent",
    NoticeKind.DEINDEXING: "Request to de-index content published without consent",
    NoticeKind.PRESERVATION: "Request to preserve records",
    NoticeKind.INFORMATION: "Request for information",
}
_ASKS = {
    NoticeKind.REMOVAL: "to remove it at its source, with every identical copy known to you",
    NoticeKind.BLOCKING: "to block access to it",
    NoticeKind.DEINDEXING: "to take it out of your index, with every identical copy known to you",
    NoticeKind.PRESERVATION: "not to alter or delete the records of its publication",
    NoticeKind.INFORMATION: "to tell us who can remove it",
}


def _head(facts: LetterFacts) -> str:
    entry = facts.entry or "assigned when this notice is sent"
    return f"{_day(facts.on)}\nReference: {facts.number}\nPublic record, entry: {entry}"


def _content(facts: LetterFacts) -> str:
    return (
        " and ".join(CONTENT[ground] for ground in facts.grounds if ground in CONTENT)
        or CONTENT["intimate_no_consent"]
    )


def _where(facts: LetterFacts) -> str:
    return "the address below" if len(facts.urls) == 1 else "the addresses below"


def _who(facts: LetterFacts) -> str:
    return (
        f"We act for a person who can be recognised in {_content(facts)} at {_where(facts)}, "
        "and who did not consent to its making or its publication."
    )


def _asks(facts: LetterFacts) -> str:
    keep = "to keep the content and the records of its publication, out of public reach, for the authorities"
    tell = "to tell us for each address what you did"
    asked = [_ASKS[facts.kind], *([keep] if facts.kind is NoticeKind.REMOVAL else []), tell]
    return "We ask you " + ", ".join(asked[:-1]) + ", and " + asked[-1] + ":"


def _seen(facts: LetterFacts) -> str:
    if facts.seen_at is None:
        return ""
    where = "this address" if len(facts.urls) == 1 else "these addresses"
    return f"Our own check found the content at {where} on {_moment(facts.seen_at)}."


def _returned(facts: LetterFacts) -> str:
    if facts.earlier is None:
        return ""
    return f"It was gone after our earlier notice, reference {facts.earlier}, and has come back since."


def _why(facts: LetterFacts) -> str:
    return (
        f"it is {_content(facts)} concerning an identifiable person, made public without that person's consent. "
        "Publishing it violates that person's rights and the laws named here, and your own rules as far as they "
        "forbid it. We describe the content no further, so that this notice harms nobody."
    )


def _laws(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    wrapped = [
        textwrap.fill(name, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for name in names
    ]
    return "\n".join(["We rely on, as far as they apply to you:", *wrapped])


def _good_faith(facts: LetterFacts) -> str:
    mandate = (
        f"We are authorised to act for the person depicted: we hold a mandate given on {_day(facts.mandate_since)}. "
        if facts.mandate_since
        else ""
    )
    return (
        mandate
        + "We believe in good faith that the publication is not authorised by the person depicted, by anyone "
        "who may act for that person, or by law. The information in this notice is accurate and complete."
    )


def _how_to_answer(facts: LetterFacts) -> str:
    return (
        "Please reply to this mail, in any language; a reply reaches a person. "
        "When this notice left, when you acknowledged and answered it, and what our own checks then found is kept "
        f"by {facts.agency} in a public, verifiable record without personal data. "
        "This notice names nobody and may be published as it stands."
    )


def _foot(facts: LetterFacts) -> str:
    signed = f"Approved and signed: {facts.signer}\n" if facts.signer else ""
    return f"{signed}Removal desk, {facts.agency}\n{facts.address}"


def _day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def _moment(at: datetime) -> str:
    return f"{_day(at.date())}, {at:%H:%M} UTC"


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) if text else ""
