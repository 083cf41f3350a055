"""Who a notice can go to and what is known of the way there, as the rest of the program sees it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from recourse.world.rules.contacts import FormField

__all__ = ["FormField", "Recipient"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation and the channel that serves this kind of notice.

    Attributes:
        digest: names the contact as it is now; a notice keeps it and asks `contact_unchanged` before it leaves.
        human_only: a person submits, by a form, a portal or an application; the machine never does.
        not_stated: what the recipient does not say about its own handling; silence is shown, not guessed.
        answers_by: how it answers: email, inbox, page, none or not_stated.
        remind_after_hours: when its own window for a reminder opens, counted from the last submission.
        form_fields: what its form asks for, and which of our facts fills each field.
        disagreements: where two sources differ or something is unverified, in words.
    """

    id: str
    name: str
    platform: str
    channel_id: str
    transport: str
    address: str
    url: str
    digest: str
    human_only: bool
    languages: tuple[str, ...]
    needs_name: bool
    tells_poster: bool
    may_publish: bool
    not_stated: tuple[str, ...]
    answers_by: str
    regimes: tuple[str, ...]
    promised_hours: int | None
    remind_after_hours: int | None
    remind_every_hours: int | None
    form_fields: tuple[FormField, ...]
    evidence: str
    source: str
    note: str
    disagreements: tuple[str, ...]
    checked_on: date
    review_date: date
    past_review: bool
    own_address: bool
    proven_at: datetime | None
