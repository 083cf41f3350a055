"""The sentences of our letters, each whole, marked for translation. `letter` puts them together.

Refuses: a sentence made of halves. Names, days and numbers stand in braces; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from recourse.base.core.marking import gettext_noop
from recourse.work.notices.domain.states import NoticeKind

_K = NoticeKind
# Grounds of an assessment (values of cases.Grounds) as the letter names them: the class, never the content.
CONTENT: Mapping[str, str] = MappingProxyType(
    {
        "synthetic_sexual": gettext_noop("synthetic or manipulated sexual content"),
        "intimate_no_consent": gettext_noop("intimate content"),
        "threat": gettext_noop("content that threatens with the publication of intimate material"),
        "personal_data": gettext_noop("personal data published together with such content"),
    }
)
SUBJECTS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        _K.REMOVAL: gettext_noop("Request to remove content published without consent, reference {number}"),
        _K.BLOCKING: gettext_noop(
            "Request to block access to content published without consent, reference {number}"
        ),
        _K.DEINDEXING: gettext_noop(
            "Request to de-index content published without consent, reference {number}"
        ),
        _K.PRESERVATION: gettext_noop("Request to preserve records, reference {number}"),
        _K.INFORMATION: gettext_noop("Request for information, reference {number}"),
    }
)
_ACTS = gettext_noop(
    "We act for those who can be recognised in the content at the addresses listed below. "
    "They did not consent to its making or its publication."
)
_KEEPS = gettext_noop(
    "We act for those who can be recognised in the content at the addresses listed below. "
    "They did not consent to its publication, and the authorities may need its records."
)
WHO: Mapping[NoticeKind, str] = MappingProxyType(
    {
        _K.REMOVAL: _ACTS,
        _K.BLOCKING: _ACTS,
        _K.DEINDEXING: _ACTS,
        _K.PRESERVATION: _KEEPS,
        _K.INFORMATION: _ACTS,
    }
)
CLASSES = gettext_noop("Kind of content: {classes}.")
ASKS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        _K.REMOVAL: gettext_noop(
            "Remove the content at its source, with every identical copy that you know of."
        ),
        _K.BLOCKING: gettext_noop("Block access to the content at every address below."),
        _K.DEINDEXING: gettext_noop(
            "Take every address below out of your results, with every identical copy that you know of."
        ),
        _K.PRESERVATION: gettext_noop(
            "Keep the content and the records of its publication unchanged and out of public reach, "
            "for the authorities, and tell us for how long you keep them."
        ),
        _K.INFORMATION: gettext_noop(
            "Tell us who can remove the content at the addresses below and how they take a request."
        ),
    }
)
KEEP = gettext_noop(
    "Keep the content and the records of its publication, out of public reach, for the authorities."
)
TELL = gettext_noop("Tell us for each address what you did.")
LISTS: Mapping[str, str] = MappingProxyType(
    {
        "we_ask": gettext_noop("We ask you:"),
        "addresses": gettext_noop("Addresses:"),
        "laws": gettext_noop("We rely on, as far as they apply to you:"),
    }
)
_HARM = gettext_noop(
    "The content concerns those who can be recognised in it and was made public without their consent. "
    "Publishing it violates their rights and the laws named here, and your own rules as far as they forbid it. "
    "We describe it no further, so that this notice harms nobody."
)
_RECORDS = gettext_noop(
    "The records may show who published the content. Without them those depicted cannot use their rights. "
    "This request does not ask you to leave the content in public reach, and does not wait for its removal."
)
WHY: Mapping[NoticeKind, str] = MappingProxyType(
    {
        _K.REMOVAL: _HARM,
        _K.BLOCKING: _HARM,
        _K.DEINDEXING: _HARM,
        _K.PRESERVATION: _RECORDS,
        _K.INFORMATION: _HARM,
    }
)
GOOD_FAITH: Mapping[str, str] = MappingProxyType(
    {
        "belief": gettext_noop(
            "We believe in good faith that the publication is not authorised by those depicted, by anyone who "
            "may act for them, or by law."
        ),
        "accurate": gettext_noop("The information in this notice is accurate and complete."),
        "no_consent": gettext_noop(
            "Those depicted did not consent to the making or the publication of the content."
        ),
    }
)
LINES: Mapping[str, str] = MappingProxyType(
    {
        "to": gettext_noop("To {recipient}"),
        "reference": gettext_noop("Reference: {number}"),
        "entry": gettext_noop("Public record, entry: {entry}"),
        "no_entry": gettext_noop("assigned when this notice is sent"),
        "seen": gettext_noop("Our own check found the content at every address on {moment}."),
        "returned": gettext_noop(
            "It was gone after our earlier notice, reference {earlier}, and has come back since."
        ),
        "new_facts": gettext_noop("We ask again because something is new: {facts}"),
        "mandate": gettext_noop(
            "We are authorised to act for those depicted: we hold a mandate, given no later than {day}."
        ),
        "reply": gettext_noop("Please reply to this mail, in any language; a reply reaches a person."),
        "record": gettext_noop(
            "When this notice left, when you acknowledged and answered it, and what our own checks then found is "
            "kept by {agency} in a public, verifiable record without personal data. This notice names nobody and "
            "may be published as it stands."
        ),
        "signed": gettext_noop("Approved and signed: {signer}"),
        "desk": gettext_noop("Removal desk, {agency}"),
    }
)
REMINDER: Mapping[str, str] = MappingProxyType(
    {
        "subject": gettext_noop("Reminder of our request, reference {number}"),
        "asked": gettext_noop("On {day} we sent you the request with the reference {number}."),
        "their_reference": gettext_noop("Your own reference: {reference}."),
        "still": gettext_noop("We have no answer about these addresses, and the content is still there:"),
        "unanswered": gettext_noop("We have no answer about these addresses:"),
        "asks": gettext_noop("Please act on the request and tell us for each address what you did."),
    }
)
