"""Mail comes in: sealed and committed first, read later by a worker in the sandbox.

`receive_mail` runs in a process that can seal and not open. Nothing that comes in is refused for what it
says: a mail that belongs to nothing, or whose token was forged, waits for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from recourse.base.core import ids, wiring
from recourse.base.core.errors import NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault import services as vault
from recourse.base.vault.domain import DataKey, KeyScope
from recourse.work.cases.domain import RETENTION, Retention
from recourse.work.notices.domain import (
    Correction,
    MailCategory,
    MailState,
    NoticeState,
    ReadMail,
    Reason,
    Signature,
    TokenFound,
    looks_like_token,
    parse_token,
    spelt,
    surely_automatic,
    writes_from,
)
from recourse.work.notices.models import InboundMail, Notice, Reminder
from recourse.work.notices.ports import ReplyKey
from recourse.work.notices.selectors.letters import sealed_name
from recourse.work.notices.selectors.standing import may_have_left
from recourse.work.notices.services.moving import correct, locked, log, move, record
from recourse.work.notices.services.quotations import forget_quotes
from recourse.work.notices.services.sending import token_lookup
from recourse.work.notices.services.silence import plan_silence
from recourse.work.notices.services.steps import keep_steps
from recourse.work.notices.services.turning_out import turn_out
from recourse.world.law import domain as law
from recourse.world.recipients import selectors as recipients

READ = "notices.read_mail"
DROP = "notices.drop_mail"
MOST_RECIPIENTS = 20
_SAME_NUMBER = 50
PROVES_RECEIPT = frozenset(
    {
        MailCategory.RECEIPT,
        MailCategory.READ_RECEIPT,
        MailCategory.CONFIRMATION,
        MailCategory.AUTO_REPLY,
        MailCategory.HUMAN,
    }
)


def receive_mail(*, raw: bytes, recipients: Iterable[str], now: datetime, trouble: str = "") -> UUID:
    """Seal a mail and have it read. The same delivery twice is stored once.

    Args:
        raw: the mail as it came, at most what the receiving server lets through (64 MB).
        recipients: envelope recipients; the first token of ours among them says where it belongs.
        now: business time.
        trouble: code of why it is not whole, if it is not; a person then looks at it.

    Returns:
        The mail's id, once it is committed.
    """
    to = sorted(address.lower() for address in recipients)[:MOST_RECIPIENTS]
    once = vault.lookup("notices.mail", f"{hashlib.sha256(raw).hexdigest()} {' '.join(to)}")
    known = _known(once)
    if known is not None:
        return known
    mail_id = ids.new_id()
    try:
        with transaction.atomic():
            notice_id, found_by = _notice_of(to)
            key = vault.create_key(scope=KeyScope.MAIL, now=now)
            InboundMail.objects.create(
                id=mail_id,
                at=now,
                key_id=key.id,
                digest=once,
                size=len(raw),
                raw=vault.seal(key, sealed_name("mail.raw", mail_id), raw),
                notice_id=notice_id,
                found_by=found_by,
                state=MailState.NEW,
                state_since=now,
                trouble=trouble,
            )
            args = {"mail": str(mail_id)}
            jobs.enqueue(kind=READ, args=args, due_at=now, key=f"{READ}:{mail_id}")
            if notice_id is None:  # whoever is joined to one later has the date of its case
                until = now + RETENTION[Retention.MAIL_OF_NOBODY]
                jobs.enqueue(kind=DROP, args=args, due_at=until, key=f"{DROP}:{mail_id}")
    except IntegrityError:
        known = _known(once)
        if known is None:
            raise
        return known
    log.info("mail_received", mail_id=str(mail_id), size=len(raw), found_by=found_by)
    return mail_id


def file_reading(*, mail_id: UUID, read: ReadMail, signature: Signature, now: datetime) -> None:
    """Keep what the sandbox read, and let the notice follow. Doing it twice changes nothing.

    With attachments the mail as it came is dropped: their digests, sizes and types are kept, never their bytes.
    """
    with transaction.atomic():
        mail = InboundMail.light.select_for_update().filter(id=mail_id, state=MailState.NEW).first()
        if mail is None:
            return
        key = vault.open_key(mail.key_id)
        _seal_reading(mail, key, read)
        mail.category, mail.dkim = read.category, signature
        mail.trouble = mail.trouble or read.trouble[:40]
        if mail.notice_id is None:
            _attach_by_thread(mail, read)
        if mail.notice_id is None:
            _attach_by_number(mail)
        if mail.notice_id is not None:
            note_sender(mail, mail.notice_id, read.from_domain)
        mail.proposed, mail.proposed_reason = read.proposed or "", read.proposed_reason or ""
        mail.state_since = now
        mail.state = MailState.WAITING_FOR_PERSON if _needs_person(mail, read) else MailState.READ
        if mail.notice is not None:
            forget_quotes(mail, mail.notice)
        mail.save()
        if mail.notice_id is not None and mail.found_by == TokenFound.TOKEN:
            _follow(mail, mail.notice_id, read, now)
        if mail.notice is not None:
            keep_steps([mail.notice.case_id], now=now)
    log.info(
        "mail_read", mail_id=str(mail_id), category=mail.category, state=mail.state, found_by=mail.found_by
    )


def prove_receipt(notice: Notice, *, how: str, at: datetime, now: datetime) -> None:
    """Record that the recipient has a locked notice: from here the statutory clocks run. The first proof counts.

    What was stopped on its way, or so it seemed, turns out to have arrived.

    Of a form it counts once the person who filled it in has recorded that, and when: their mail may be faster.
    """
    if notice.by_hand and notice.handed_over_at is None:
        return
    turn_out(notice, at=notice.unsure_since or at, now=now)  # if it was stopped, it had arrived all the same
    state = NoticeState(notice.state)
    on_its_way = state in {NoticeState.SENDING, NoticeState.SENT, NoticeState.HANDED_OVER, NoticeState.HELD}
    if notice.receipt_proven_at is not None or not on_its_way or notice.ledger_entry is None:
        return
    notice.receipt_proven_at = at
    dues = [due for regime_id in notice.regime_ids if (due := law.due(regime_id, at))]
    notice.due_at = min(dues, default=None)
    move(notice, NoticeState.RECEIPT_PROVEN, now=now)
    facts = {"notice": str(notice.ledger_entry), "recipient": notice.recipient_id, "how": how}
    record(notice, EntryKind.RECEIPT, facts, now=now)
    if notice.due_at is not None:
        plan_silence(notice, at=notice.due_at)


def _known(once: bytes) -> UUID | None:
    return InboundMail.objects.filter(digest=once).values_list("id", flat=True).first()


def _notice_of(addresses: Iterable[str]) -> tuple[UUID | None, TokenFound]:
    """Return the notice that the first token of ours among the addresses names, and lock it.

    Locked, because its case may be erased at this moment: then the mail comes before that and goes with it, or
    after it and finds nothing.
    """
    found = TokenFound.NONE
    secret = wiring.resolve(ReplyKey).secret
    for address in addresses:
        local = address.rpartition("@")[0]
        if not looks_like_token(local):
            continue
        token = parse_token(secret, local)
        lookup = token_lookup(token.text) if token else None
        notice_id = (
            Notice.objects.select_for_update()
            .filter(token_lookup=lookup)
            .values_list("id", flat=True)
            .first()
            if lookup
            else None
        )
        if notice_id is not None:
            return notice_id, TokenFound.TOKEN
        found = TokenFound.FORGED
    return None, found


def _seal_reading(mail: InboundMail, key: DataKey, read: ReadMail) -> None:
    mail.text = vault.seal(key, sealed_name("mail.text", mail.id), read.text)
    about = [read.subject, read.from_domain, read.reference]
    mail.about = vault.seal(key, sealed_name("mail.about", mail.id), json.dumps(about))
    mail.reference_lookup = reference_lookup(read.reference) if read.reference else None
    if read.attachments:
        kept = [[one.content_type, one.size, one.sha256] for one in read.attachments]
        mail.attachments = vault.seal(key, sealed_name("mail.attachments", mail.id), json.dumps(kept))
        mail.raw = b""


def _attach_by_thread(mail: InboundMail, read: ReadMail) -> None:
    """Join a mail without a token to the notice whose Message-ID it answers. Never by an address in its text."""
    ours = _sent_under(read.threads)
    for message_id in read.threads:
        if message_id in ours:
            mail.notice_id = ours[message_id]
            mail.found_by = TokenFound.THREAD
            return


def _sent_under(message_ids: Sequence[str]) -> dict[str, UUID]:
    """Return which notice each Message-ID belongs to, its own or a reminder's; erased meanwhile, it is not found."""
    locked_ones = Notice.objects.select_for_update().order_by("id")
    reminders = dict(
        Reminder.objects.filter(message_id__in=message_ids).values_list("message_id", "notice_id")
    )
    there = set(locked_ones.filter(id__in=reminders.values()).values_list("id", flat=True))
    found = {name: notice_id for name, notice_id in reminders.items() if name and notice_id in there}
    own = locked_ones.filter(message_id__in=message_ids).values_list("message_id", "id")
    return found | {name: notice_id for name, notice_id in own if name}


def _attach_by_number(mail: InboundMail) -> None:
    """Join a mail to the one notice that their system gave this number, in a mail before or on its own page."""
    if mail.reference_lookup is None:
        return
    same = InboundMail.light.filter(reference_lookup=mail.reference_lookup, notice__isnull=False)
    notice_ids = set(same.values_list("notice_id", flat=True)[:_SAME_NUMBER])
    noted = Notice.objects.filter(reference_lookup=mail.reference_lookup)
    notice_ids |= set(noted.values_list("id", flat=True)[:_SAME_NUMBER])
    if len(notice_ids) != 1:
        return
    notice = Notice.objects.select_for_update().filter(id__in=notice_ids).first()
    if notice is not None:
        mail.notice_id, mail.found_by = notice.id, TokenFound.NUMBER


def note_sender(mail: InboundMail, notice_id: UUID, domain: str) -> None:
    """Note whether a joined mail comes from a domain of its recipient; the domain itself stays sealed."""
    channel = Notice.objects.values_list("channel_id", flat=True).get(id=notice_id)
    try:
        contact = recipients.by_channel(channel).address
    except NotFoundError:  # the rules know this channel no more
        mail.from_known = None
        return
    mail.from_known = writes_from(domain, contact) if domain else None


def reference_lookup(reference: str) -> bytes:
    """Return the look-up of a number that somebody else's system gave."""
    return vault.lookup("notices.their_reference", spelt(reference))


def _needs_person(mail: InboundMail, read: ReadMail) -> bool:
    """Tell whether a person must read it: all but what is surely automatic, surely ours, and says nothing new."""
    if mail.found_by != TokenFound.TOKEN or mail.trouble:
        return True
    if mail.notice is not None and mail.notice.by_hand and may_have_left(mail.notice):
        return True  # it had been submitted, although it was stopped: a person records when
    return not surely_automatic(read.category, read.marking, read.proposed)


def _follow(mail: InboundMail, notice_id: UUID, read: ReadMail, now: datetime) -> None:
    """Let a notice follow a mail that carried its token. A reminder that came back says nothing of the letter."""
    notice = locked(notice_id)
    if mail.category == MailCategory.BOUNCE and notice.reminders.filter(message_id__in=read.threads).exists():
        return
    if mail.category in PROVES_RECEIPT:
        prove_receipt(notice, how=mail.category, at=mail.at, now=now)
    elif mail.category == MailCategory.BOUNCE and notice.state in {
        NoticeState.SENDING,
        NoticeState.SENT,
        NoticeState.HANDED_OVER,
    }:
        move(notice, NoticeState.HELD, now=now, reason=Reason.BOUNCED)
        if notice.ledger_entry:
            correct(notice, notice.ledger_entry, Correction.BOUNCED, now=now)
