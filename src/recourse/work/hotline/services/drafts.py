"""Drafts: begun, answered, read, dropped. Only the cookie's secret opens one; no key of ours does.

A forged, foreign, used-up or expired cookie meets one and the same error: nobody learns which it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from recourse.base.core import ids
from recourse.base.core.errors import NotFoundError
from recourse.base.core.marking import gettext_noop
from recourse.base.jobs import services as jobs
from recourse.base.vault import services as vault
from recourse.base.vault.domain import SealBrokenError, new_case_code
from recourse.work.hotline import sealing
from recourse.work.hotline.domain import (
    DRAFT_LASTS,
    AlreadySentError,
    Answers,
    DraftView,
    NotSentError,
    checked,
    on_minor_path,
)
from recourse.work.hotline.models import Draft
from recourse.work.hotline.names import draft_name

SECRET_BYTES = 32
_SWEEP_STEP = timedelta(minutes=10)


class NoDraftError(NotFoundError):
    """No draft that this cookie opens."""

    code = "no_draft"
    sentence = gettext_noop(
        "There is no report being written here. It may be more than a day old. You can start again."
    )


@dataclass(frozen=True, slots=True)
class Content:
    """What a draft holds inside its seal."""

    code: str = field(repr=False)
    language: str
    saved_at: datetime | None
    answers: Answers = field(repr=False)
    fingerprints: tuple[str, ...] = field(default=(), repr=False)


def start_draft(now: datetime, *, language: str = "en") -> tuple[UUID, bytes]:
    """Begin a draft; return its id and the secret for the cookie, which is stored nowhere.

    The case code is made now and sealed inside, so that an answer lost on the way can be given again.
    """
    draft_id, secret = ids.new_id(), secrets.token_bytes(SECRET_BYTES)
    content = Content(code=new_case_code(), language=language, saved_at=None, answers={})
    expires_at = now + DRAFT_LASTS
    with transaction.atomic():
        Draft.objects.create(
            id=draft_id, sealed=seal(draft_id, secret, content), created_at=now, expires_at=expires_at
        )
        _schedule_drop(expires_at)
    return draft_id, secret


def save_answer(
    *,
    draft_id: UUID,
    secret: bytes,
    question: str,
    values: Mapping[str, Sequence[str] | str],
    now: datetime,
    language: str = "",
) -> None:
    """Store the answer to one question in place of the one before; empty values mean it was left out.

    With `language`, that is from now on the one she reads. Fingerprints go when the age no longer lets us keep them.

    Raises:
        NoDraftError: no draft that this secret opens, or it is older than a day.
        AlreadySentError: the report has been sent.
        FieldTooLongError: names the field; what was stored before stays.
        BadAnswerError: names the field; what was stored before stays.
    """
    answer = checked(question, values)
    with transaction.atomic():
        draft, content = opened(draft_id, secret, now, lock=True)
        if draft.submitted_case is not None:
            raise AlreadySentError(f"draft {draft_id}")
        answers = {**content.answers, question: answer}
        kept = () if on_minor_path(answers) else content.fingerprints
        read = language or content.language
        changed = replace(content, language=read, saved_at=now, answers=answers, fingerprints=kept)
        rewrite(draft, secret, changed)


def read_draft(draft_id: UUID, secret: bytes, now: datetime) -> DraftView:
    """Return what was answered so far; after sending, the code in place of the answers.

    Raises:
        NoDraftError: no draft that this secret opens, or it is older than a day.
    """
    draft, content = opened(draft_id, secret, now)
    return DraftView(
        language=content.language,
        saved_at=content.saved_at,
        code=content.code if draft.submitted_case is not None else None,
        answers=content.answers,
        fingerprints=content.fingerprints,
    )


def acknowledge_code(*, draft_id: UUID, secret: bytes, now: datetime) -> None:
    """She kept her code: delete the draft. From here on only the keyed look-up of the code remains.

    Raises:
        NoDraftError: no draft that this secret opens (also when it was acknowledged before).
        NotSentError: the report has not been sent.
    """
    with transaction.atomic():
        draft, _content = opened(draft_id, secret, now, lock=True)
        if draft.submitted_case is None:
            raise NotSentError(f"draft {draft_id}")
        draft.delete()


def discard_draft(*, draft_id: UUID, secret: bytes, now: datetime) -> None:
    """Throw a draft away because she wishes it; an unknown one is thrown away already."""
    with transaction.atomic():
        try:
            draft, _content = opened(draft_id, secret, now, lock=True)
        except NoDraftError:
            return
        draft.delete()


def drop_drafts(*, now: datetime) -> int:
    """Delete every draft whose day is over; return how many."""
    with transaction.atomic():
        dropped, _by_table = Draft.objects.filter(expires_at__lte=now).delete()
    return dropped


def _schedule_drop(expires_at: datetime) -> None:
    """Have expired drafts deleted at the end of the ten minutes in which this one expires; one job for all."""
    step = _SWEEP_STEP.total_seconds()
    due_at = datetime.fromtimestamp(-(-expires_at.timestamp() // step) * step, tz=expires_at.tzinfo)
    jobs.enqueue(
        kind="hotline.drop_drafts", args={}, due_at=due_at, key=f"hotline.drop_drafts:{due_at:%Y-%m-%dT%H:%M}"
    )


def opened(draft_id: UUID, secret: bytes, now: datetime, *, lock: bool = False) -> tuple[Draft, Content]:
    """Return the draft and its content; with `lock` its row is held until the end of the transaction.

    Raises:
        NoDraftError: unknown, expired, or another secret.
    """
    rows = Draft.objects.select_for_update() if lock else Draft.objects.all()
    draft = rows.filter(id=draft_id, expires_at__gt=now).first()
    sealed = bytes(draft.sealed) if draft is not None else b""
    try:
        raw = vault.unseal_with(secret, draft_name(draft_id), sealed)
    except SealBrokenError:
        raise NoDraftError("draft") from None
    if draft is None:  # not reached: an empty seal never opens; said for the type checker
        raise NoDraftError("draft")
    return draft, _content(sealing.from_block(raw))


def rewrite(draft: Draft, secret: bytes, content: Content) -> None:
    """Seal another content into a draft whose row the caller holds."""
    draft.sealed = seal(draft.id, secret, content)
    draft.save(update_fields=["sealed"])


def seal(draft_id: UUID, secret: bytes, content: Content) -> bytes:
    """Seal a draft's content under the cookie's secret."""
    block = sealing.to_block(
        {
            "code": content.code,
            "language": content.language,
            "saved_at": content.saved_at.isoformat() if content.saved_at else None,
            "answers": content.answers,
            "fingerprints": content.fingerprints,
        }
    )
    return vault.seal_with(secret, draft_name(draft_id), block)


def _content(raw: dict[str, Any]) -> Content:
    saved_at = raw["saved_at"]
    return Content(
        code=raw["code"],
        language=raw["language"],
        saved_at=datetime.fromisoformat(saved_at) if saved_at else None,
        answers=sealing.answers_from(raw["answers"]),
        fingerprints=tuple(raw.get("fingerprints", ())),
    )
