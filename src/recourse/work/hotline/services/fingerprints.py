"""Fingerprints that her device made: with a report, later by her code, taken out again; let in by a person.

Her own verbs need the key from her code alone. Refuses: anything on the minor path, where not even a fingerprint is
taken; hashes of such pictures never enter the adult exchange (invariant 12).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import NotFoundError
from recourse.base.vault.domain import DataKey
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import OwnCase, StepKind
from recourse.work.hotline.domain import (
    AlreadySentError,
    NothingOfMinorsError,
    NothingWrittenError,
    on_minor_path,
)
from recourse.work.hotline.services import drafts
from recourse.work.hotline.services.steps import plan
from recourse.world.matching import services as matching
from recourse.world.matching.domain import Added, Because, read_all, written


def keep_fingerprints(
    *, draft_id: UUID, secret: bytes, texts: Iterable[str], now: datetime, language: str = ""
) -> None:
    """Keep fingerprints with a report that is being written, in place of the ones before.

    Raises:
        NoDraftError: no draft that this secret opens, or it is older than a day.
        AlreadySentError: the report has been sent.
        NothingOfMinorsError: nobody said that the person is 18 or over.
        BadFingerprintError: one of them does not read; what was kept before stays.
        TooManyFingerprintsError: more than one sending takes; what was kept before stays.
    """
    kept = tuple(written(one) for one in read_all(texts))
    with transaction.atomic():
        draft, content = drafts.opened(draft_id, secret, now, lock=True)
        if draft.submitted_case is not None:
            raise AlreadySentError(f"draft {draft_id}")
        if kept and on_minor_path(content.answers):
            raise NothingOfMinorsError(f"draft {draft_id}")
        read = language or content.language
        drafts.rewrite(draft, secret, replace(content, fingerprints=kept, language=read, saved_at=now))


def store_with_report(*, case_id: UUID, key: DataKey, content: drafts.Content, now: datetime) -> None:
    """Store what was kept with a report that opens a case; the caller's transaction."""
    kept = () if on_minor_path(content.answers) else read_all(content.fingerprints)
    if kept:
        matching.add_fingerprints(case_id=case_id, key=key, fingerprints=kept, now=now)
        cases.note(case_id=case_id, what=StepKind.FINGERPRINTS_ADDED, now=now)


def add_fingerprints(*, case: OwnCase, texts: Iterable[str], now: datetime) -> Added:
    """Store fingerprints that she adds with her code. A closed case opens again, because a person reviews them.

    Raises:
        NothingOfMinorsError: the case is on the minor path.
        NothingWrittenError: there are none.
        BadFingerprintError: one of them does not read; nothing is stored.
        TooManyFingerprintsError: more than one sending or one case takes; nothing is stored.
        NotFoundError: the case is erased.
    """
    if case.minor_path:
        raise NothingOfMinorsError(f"case {case.case_id}")
    given = read_all(texts)
    if not given:
        raise NothingWrittenError("fingerprints")
    with transaction.atomic():
        cases.hear(
            case_id=case.case_id, now=now
        )  # holds the case's row, so that two sendings count each other
        added = matching.add_fingerprints(case_id=case.case_id, key=case.key, fingerprints=given, now=now)
        if added.stored:
            cases.note(case_id=case.case_id, what=StepKind.FINGERPRINTS_ADDED, now=now)
        plan(case.case_id, now=now)
    return added


def take_out_fingerprint(*, case: OwnCase, fingerprint_id: UUID, now: datetime) -> None:
    """Take one out again, at once and for good.

    Raises:
        NotFoundError: her case has no such fingerprint.
    """
    with transaction.atomic():
        gone = matching.withdraw_fingerprints(
            case_id=case.case_id, because=Because.TAKEN_OUT, only=[fingerprint_id], now=now
        )
        if not gone:
            raise NotFoundError(f"fingerprint of case {case.case_id}")
        cases.note(case_id=case.case_id, what=StepKind.FINGERPRINTS_TAKEN_OUT, now=now)
        plan(case.case_id, now=now)


def let_in_fingerprints(*, case_id: UUID, actor: Actor, now: datetime) -> int:
    """A person looked why a case has so many, and lets those in that waited; return how many.

    Raises:
        NotAllowedError: the role may not decide.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    with transaction.atomic():
        cases.require_free(case_id=case_id, actor=actor, now=now)
        let_in = matching.let_in(case_id=case_id, now=now)
        if let_in:
            cases.note(case_id=case_id, what=StepKind.FINGERPRINTS_LET_IN, now=now, actor=actor)
        plan(case_id, now=now)
    return let_in


def mark_minor(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """A person learnt that the one in the picture was under 18: in one step nothing of it is given or looked for.

    Raises:
        NotAllowedError: the role may not note what was learnt.
        NotFoundError: no such case, it is erased or over.
        HeldBySomeoneError: another person holds it.
    """
    with transaction.atomic():
        if cases.mark_minor(case_id=case_id, actor=actor, now=now):
            matching.agree(case_id=case_id, agreed=False, now=now)
            matching.withdraw_fingerprints(case_id=case_id, because=Because.TAKEN_OUT, now=now)
            plan(case_id, now=now)


def follow_permission(*, case_id: UUID, now: datetime) -> None:
    """Withdraw a case's fingerprints while our permission is ended; bring them back when it is there again.

    By what is so now and not by what happened, so that two events may come in either order.
    """
    with transaction.atomic():
        facts = cases_read.case_facts(case_id)
        if facts.mandate_since is None:
            matching.withdraw_fingerprints(case_id=case_id, because=Because.PERMISSION, now=now)
        elif not facts.minor_path:
            matching.bring_back(case_id=case_id, now=now)
        plan(case_id, now=now)
