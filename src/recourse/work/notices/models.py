"""Tables of notices, their lines, what backs them, and incoming mail.

In clear: ids, states, times, recipient, kind, what category a mail is. Sealed: letters, remarks, mails and
everything read out of them.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from recourse.base.core import ids
from recourse.base.core.personal import personal
from recourse.work.notices.domain import (
    AnswerKind,
    MailCategory,
    MailState,
    NoticeKind,
    NoticeState,
    RefusalReason,
    ReminderState,
    Signature,
    TokenFound,
)

personal(
    "remark",
    "addition",
    "reasons",
    "new_facts",
    "their_reference",
    "confirmation",
    "reply_address",
    "own_words",
    "about",
    "attachments",
    "recipients",
    "message_id",
    "reply_to",
)


class Notice(models.Model):
    """One request to one recipient about one or more places."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.CharField(max_length=12, unique=True)  # public reference, random, no sequence
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notices")
    assessment_id = models.UUIDField()
    earlier = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="later"
    )  # it came back
    kind = models.CharField(max_length=16, choices=[(k, k) for k in NoticeKind])
    recipient_id = models.CharField(max_length=64)
    channel_id = models.CharField(max_length=64)
    address_digest = models.CharField(max_length=64)
    regime_ids = models.JSONField(default=list)
    language = models.CharField(max_length=12, default="en")

    key_id = models.UUIDField()  # vault, scope notice
    subject = models.BinaryField(default=b"")  # sealed
    body = models.BinaryField(default=b"")  # sealed
    remark = models.BinaryField(default=b"")  # sealed: why it was sent back
    addition = models.BinaryField(default=b"")  # sealed: what an officer wrote in addition
    reasons = models.BinaryField(default=b"")  # sealed: what an officer wrote in place of our paragraph
    new_facts = models.BinaryField(default=b"")  # sealed: why the same is asked again after a refusal

    state = models.CharField(max_length=16, choices=[(s, s) for s in NoticeState])
    state_since = models.DateTimeField()
    reason = models.CharField(max_length=24, blank=True, default="")  # domain.Reason: held or cancelled
    created_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    approved_label = models.CharField(max_length=80, blank=True, default="")
    approved_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    unsure_since = models.DateTimeField(null=True)  # stopped on its way then: it may have arrived
    receipt_proven_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # earliest statutory deadline, counted from proof of receipt
    silent_since = models.DateTimeField(null=True)  # set by a timer when the deadline passed unanswered
    captured = models.BooleanField(null=True)  # false: it left without the capture of every place
    checked_at = models.DateTimeField(null=True)  # when our checks before leaving last passed
    overdue_from = models.DateTimeField(null=True)  # when it stands on the overdue board; domain.steps

    by_hand = models.BooleanField(default=False)  # the channel is for people: an officer submits it
    submitted_by = models.UUIDField(null=True)
    submitted_label = models.CharField(max_length=80, blank=True, default="")
    their_reference = models.BinaryField(default=b"")  # sealed: what they call it
    reference_lookup = models.BinaryField(
        null=True, max_length=32, db_index=True
    )  # keyed: joins what names it
    confirmation = models.BinaryField(default=b"")  # sealed: what their page said
    reply_address = models.BinaryField(default=b"")  # sealed: where answers come to, with the token
    left_despite = models.CharField(
        max_length=24, blank=True, default=""
    )  # domain.Reason: it had been stopped, and had left all the same
    joined_at = models.DateTimeField(null=True)  # it stands behind a request that was sent already

    token_lookup = models.BinaryField(null=True, unique=True, max_length=32)
    message_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - unique, absent before sending
    outbox_id = models.UUIDField(null=True, unique=True)
    ledger_entry = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "state_since"], name="notices_by_state"),
            models.Index(fields=["handed_over_at"], name="notices_by_handing_over"),
            models.Index(
                fields=["overdue_from", "id"],
                name="notices_overdue",
                condition=models.Q(overdue_from__isnull=False),
            ),
            models.Index(fields=["case", "created_at"], name="notices_of_case"),
        ]

    def __str__(self) -> str:
        """Return the public number."""
        return self.number


class NoticeLine(models.Model):
    """One place in a notice, and what the recipient said about it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="lines")
    place = models.ForeignKey("locations.Place", on_delete=models.SET_NULL, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    # Of the notice, repeated here for the constraint below.
    recipient_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    open = models.BooleanField(default=True)  # still asks; cleared when dropped, cancelled or closed
    # The open line of another notice that asks for this place already; this one asks in its stead or not at all.
    behind = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="followers")
    dropped = models.CharField(
        max_length=24, blank=True, default=""
    )  # domain.Reason: left out before sending
    answer = models.CharField(max_length=20, choices=[(a, a) for a in AnswerKind], default=AnswerKind.NONE)
    answered_at = models.DateTimeField(null=True)
    refused_because = models.CharField(
        max_length=16, choices=[(r, r) for r in RefusalReason], blank=True, default=""
    )
    first_answer_at = models.DateTimeField(null=True)  # when the first mail came that really answers
    answer_confirmed_by = models.UUIDField(null=True)
    # When erasing unlinks the place: what our looks had shown, as a state and times, so that the counts stay.
    counted_as = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "recipient_id", "kind"],
                condition=models.Q(open=True, behind__isnull=True),
                name="notices_one_open_line",
            ),
            models.UniqueConstraint(fields=["notice", "place"], name="notices_place_once"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Backing(models.Model):
    """An item whose mandate backs a line. Two survivors can back one line; neither learns of the other."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    line = models.ForeignKey(NoticeLine, on_delete=models.CASCADE, related_name="backings")
    item = models.ForeignKey("cases.Item", on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()  # what happened before is not shown to this survivor

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "item"], name="notices_backed_once")]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class Reminder(models.Model):
    """One reminder of a notice, in its thread: its own Message-ID and outbox row, or a form filled in again."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="reminders")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=[(s, s) for s in ReminderState])
    state_since = models.DateTimeField()
    approved_by = models.UUIDField()
    approved_label = models.CharField(max_length=80)
    approved_at = models.DateTimeField()
    subject = models.BinaryField(default=b"")  # sealed under the notice's key
    body = models.BinaryField(default=b"")  # sealed
    by_hand = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    left_despite = models.BooleanField(default=False)  # it had been stopped, and had left all the same
    unsure_since = models.DateTimeField(null=True)  # as of a notice
    message_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 - unique, absent by hand
    outbox_id = models.UUIDField(null=True, unique=True)
    ledger_entry = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "number"], name="notices_reminder_number"),
            models.UniqueConstraint(
                fields=["notice"],
                condition=models.Q(state__in=["approved", "queued"]),
                name="notices_one_reminder_under_way",
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class LedgerEntry(models.Model):
    """A leaf of the public record about a notice, so that erasure finds its disclosures."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="entries")
    entry_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    corrected = models.BooleanField(default=False)  # a later leaf takes it back

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class LightMails(models.Manager["InboundMail"]):
    """Mails without their bodies: one may weigh 64 MB, and saving such a row does not write them again."""

    def get_queryset(self) -> models.QuerySet[InboundMail]:
        """Leave the sealed columns in the database until somebody asks for them."""
        return super().get_queryset().defer("raw", "text", "attachments", "about")


class InboundMail(models.Model):
    """A mail that came in, sealed as it came."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField()
    key_id = models.UUIDField()  # vault, scope mail: the mail process can seal and not open
    digest = models.BinaryField(null=True, unique=True, max_length=32)  # keyed: the same delivery once
    size = models.PositiveBigIntegerField()
    raw = models.BinaryField(default=b"")  # sealed; emptied when it held attachments, after their digest
    text = models.BinaryField(default=b"")  # sealed; what a person reads
    attachments = models.BinaryField(default=b"")  # sealed JSON: type, bytes, sha256
    notice = models.ForeignKey(Notice, on_delete=models.SET_NULL, null=True, related_name="mails")
    found_by = models.CharField(max_length=8, choices=[(t, t) for t in TokenFound], default=TokenFound.NONE)
    category = models.CharField(
        max_length=12, choices=[(c, c) for c in MailCategory], default=MailCategory.UNKNOWN
    )
    dkim = models.CharField(max_length=12, choices=[(d, d) for d in Signature], default=Signature.UNCHECKED)
    about = models.BinaryField(default=b"")  # sealed JSON: subject, domain in From, their reference
    from_known = models.BooleanField(null=True)  # whether that domain is the one its recipient writes from
    reference_lookup = models.BinaryField(null=True, max_length=32)  # keyed: finds what they write later
    state = models.CharField(max_length=20, choices=[(s, s) for s in MailState], default=MailState.NEW)
    state_since = models.DateTimeField()
    trouble = models.CharField(max_length=40, blank=True, default="")  # code of why it could not be read
    proposed = models.CharField(max_length=20, choices=[(a, a) for a in AnswerKind], blank=True, default="")
    proposed_reason = models.CharField(
        max_length=16, choices=[(r, r) for r in RefusalReason], blank=True, default=""
    )
    confirmed = models.CharField(max_length=20, choices=[(a, a) for a in AnswerKind], blank=True, default="")
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[InboundMail]] = models.Manager()
    light: ClassVar[LightMails] = LightMails()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "at"], name="notices_mail_by_state"),
            models.Index(fields=["reference_lookup"], name="notices_mail_by_reference"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class TakenMail(models.Model):
    """A message of a mailbox that is stored here, so that it is not taken again before it is moved there."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    mailbox = models.BinaryField(max_length=32)  # keyed: server, user and folder
    validity = (
        models.PositiveBigIntegerField()
    )  # UIDVALIDITY: another one, and the numbers mean other messages
    uid = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "validity", "uid"], name="notices_taken_once")
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)


class MailAccess(models.Model):
    """Who opened a mail that belongs to no case yet, and why. With a case, the case's own record is used."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    mail = models.ForeignKey(InboundMail, on_delete=models.CASCADE, related_name="accesses")
    actor = models.UUIDField()
    label = models.CharField(max_length=80)
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the id."""
        return str(self.id)
