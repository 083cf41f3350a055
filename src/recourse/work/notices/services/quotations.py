"""What answers quote of a letter from which a place was erased since. The place goes, what they said stays recorded.

Refuses: to keep the words of an answer that nobody has to read any more, where they may name what was erased.
"""

from __future__ import annotations

import json

from recourse.base.vault import services as vault
from recourse.work.notices.domain import CUT, AnswerKind, MailState, without_addresses
from recourse.work.notices.models import InboundMail, Notice
from recourse.work.notices.selectors.letters import known_addresses, names_forgotten, sealed_name
from recourse.work.notices.selectors.machine import about_mail


def forget_quotes(mail: InboundMail, notice: Notice) -> None:
    """Take out of a read mail what it may quote of a place that was erased from its notice; the caller saves.

    Of one that a person has to read yet, for the sake of the others who stand behind the letter, every address of a
    page is cut but theirs. Once every place has its answer its words go as a whole, and its answer stays.
    The keyed digest of the mail as it came is kept: the same delivery again is still nothing new.

    Raises:
        KeyNotHeldError: this process does not hold the identity.
    """
    if not mail.text or not names_forgotten(notice):
        return
    key, name, kept = vault.open_key(mail.key_id), sealed_name("mail.text", mail.id), known_addresses(notice)
    text = without_addresses(vault.unseal_text(key, name, mail.text), kept)
    mail.text = vault.seal(key, name, CUT if _nobody_reads(mail, notice) else text)
    about = about_mail(mail)
    told = [without_addresses(about.subject, kept), about.from_domain, about.reference]
    mail.about = vault.seal(key, sealed_name("mail.about", mail.id), json.dumps(told))
    mail.raw = b""


def _nobody_reads(mail: InboundMail, notice: Notice) -> bool:
    return (
        mail.state == MailState.READ and not notice.lines.filter(open=True, answer=AnswerKind.NONE).exists()
    )
