"""What an incoming mail is, from what the sandbox read: a report, an automatic reply, a confirmation, an answer.

Reports in the standard form say what they are. Others are known by an envelope without a sender, or by a mail
system in From, together with the words such systems use. Ticket systems mark as automatic what people wrote:
there the words decide, and what is not surely a mere receipt is read by a person.

Refuses: to take a person's words for a report, whatever they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from recourse.work.notices.domain.phrases import absent, own_words, propose
from recourse.work.notices.domain.states import NO_ANSWER, AnswerKind, MailCategory

_LOOKED_AT = 3_000  # characters; a report says early what it is
_FAILED = re.compile(
    r"undeliver|could ?n[o']t be delivered|not be delivered|delivery (?:has |to .{1,80} )?failed|delivery failure"
    r"|failure notice|returned (?:mail|to sender)|mail delivery failed|permanent(?:ly)? (?:error|fail|fatal)"
    r"|user unknown|no such user|unknown (?:user|recipient|address)|address not found|does ?n[o']t exist"
    r"|mailbox (?:is )?(?:full|unavailable)|quota exceeded|(?:message|mail) (?:was |has been )?(?:rejected|blocked)"
    r"|status notification \(failure\)|반송|배달(?:되지| 실패|에 실패|할 수 없)|전송(?:되지| 실패|에 실패|할 수 없)"
    r"|(?:gagal|tidak(?: dapat)?|tak) (?:ter)?kirim|gagal mengirim|pengiriman gagal|tidak dapat (?:di)?(?:kirim|antar)",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"(?:message|mail|delivery)\b[^.\n]{0,80}?\bdelayed|status notification \(delay\)|not yet been delivered"
    r"|(?:still|will) (?:being |be |keep )?(?:retried|retry|trying to deliver)|could not send message for"
    r"|warning: (?:message|could not)|temporary (?:failure|error)|temporarily (?:deferred|rejected|unavailable)"
    r"|(?:메일|배달|전송)[^.\n]{0,40}?지연|다시 (?:배달|전송)|재시도"
    r"|(?:surat|pesan|pengiriman|email)[^.\n]{0,60}?tertunda|akan dicoba (?:lagi|kembali)",
    re.IGNORECASE,
)
_READ = frozenset({"displayed", "deleted", "dispatched", "processed"})  # RFC 8098; all of them had it
_REPLIED = frozenset({"auto_reply", "auto-reply"})
_BULK = frozenset({"bulk", "junk", "list"})


class Marking(StrEnum):
    """What a mail says of how it was made."""

    NONE = ""
    REPLIED = "replied"  # an automatic answer to our mail (RFC 3834)
    GENERATED = "generated"  # sent by a system; perhaps the words of a person


def marking_of(parsed: Mapping[str, Any]) -> Marking:
    """Return what its headers say of how a mail was made."""
    automatic = _word(parsed.get("auto_submitted"))
    precedence = _word(parsed.get("precedence"))
    if automatic == "auto-replied" or precedence in _REPLIED or parsed.get("x_autoreply"):
        return Marking.REPLIED
    if automatic not in {"", "no"} or precedence in _BULK or parsed.get("x_suppressed"):
        return Marking.GENERATED
    return Marking.REPLIED if parsed.get("null_sender") else Marking.NONE


def category_of(parsed: Mapping[str, Any], *, reference: str = "") -> MailCategory:
    """Return what a parsed mail is (keys as `core.mailparse.parse_mail` names them).

    Args:
        parsed: the sandbox's answer.
        reference: the number their system gave, if one was found.
    """
    words = _words(parsed)
    if parsed.get("is_dsn"):
        return _of_report(parsed.get("dsn") or (), words)
    if parsed.get("is_mdn"):
        read = _word(parsed.get("disposition")) in _READ
        return MailCategory.READ_RECEIPT if read else MailCategory.UNKNOWN
    if parsed.get("failed_recipients"):
        return MailCategory.BOUNCE
    if (parsed.get("from_daemon") or parsed.get("null_sender")) and not absent(words):
        report = _of_words(words)
        if report is not None:
            return report
        if parsed.get("from_daemon"):
            return MailCategory.UNKNOWN
    return _of_letter(marking_of(parsed), own_words(str(parsed.get("text") or "")), reference)


def _of_letter(marking: Marking, words: str, reference: str) -> MailCategory:
    """Tell confirmations, automatic replies and answers apart."""
    said = AnswerKind.NONE if absent(words) else propose(words)
    answers = said not in NO_ANSWER
    if reference and said is AnswerKind.ACKNOWLEDGED:
        return MailCategory.CONFIRMATION
    if marking is Marking.REPLIED or (marking is Marking.GENERATED and not answers):
        return MailCategory.AUTO_REPLY
    return MailCategory.HUMAN


def surely_automatic(category: MailCategory, marking: Marking, said: AnswerKind | None) -> bool:
    """Tell whether no person needs to read a mail: a report that asks for nothing, or a receipt and no more.

    What a system sent (not replied) in words that no phrase of ours knows may be a person's answer.
    """
    if category in {
        MailCategory.RECEIPT,
        MailCategory.READ_RECEIPT,
        MailCategory.DELAY,
        MailCategory.PASSED_ON,
    }:
        return True
    if category not in {MailCategory.AUTO_REPLY, MailCategory.CONFIRMATION} or marking is Marking.NONE:
        return False
    if said is AnswerKind.ACKNOWLEDGED:
        return True
    return marking is Marking.REPLIED and said in {None, AnswerKind.NONE}


def _of_report(reports: Sequence[Mapping[str, Any]], words: str) -> MailCategory:
    """Read a standard report; one whose machine-readable part is missing or broken is read by its words."""
    actions = {_word(report.get("action")) for report in reports}
    if "failed" in actions:
        return MailCategory.BOUNCE
    if "delayed" in actions:
        return MailCategory.DELAY
    if "delivered" in actions:
        return MailCategory.RECEIPT
    if actions & {"relayed", "expanded"}:
        return MailCategory.PASSED_ON
    return _of_words(words) or MailCategory.BOUNCE


def _of_words(words: str) -> MailCategory | None:
    """Return what a mail system's own words say; a delay speaks of failing too, so it is asked first."""
    if _DELAYED.search(words) and not re.search(
        r"permanent|gave up|giving up|포기|menyerah", words, re.IGNORECASE
    ):
        return MailCategory.DELAY
    return MailCategory.BOUNCE if _FAILED.search(words) else None


def _words(parsed: Mapping[str, Any]) -> str:
    subject, text = str(parsed.get("subject") or ""), str(parsed.get("text") or "")
    return f"{subject[:300]}\n{own_words(text)[:_LOOKED_AT]}"


def _word(value: object) -> str:
    """Return the first word of a header, lower case."""
    words = str(value or "").replace(";", " ").split()
    return words[0].lower() if words else ""
