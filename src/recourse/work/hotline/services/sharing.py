"""Giving fingerprints to companies: she agrees on her page or tells one of us, a person reviews, a person gives them.

Refuses: anything on the minor path, where no fingerprint ever enters the exchange (invariant 12); to give anything
while our permission is ended.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recourse.base.core.errors import ConflictError
from recourse.base.core.marking import gettext_noop
from recourse.people.accounts import services as accounts
from recourse.people.accounts.domain import Action, Actor
from recourse.work.cases import services as cases
from recourse.work.cases.domain import OpenCase, OwnCase, StepKind
from recourse.work.hotline.domain import NothingOfMinorsError
from recourse.work.hotline.services.steps import plan
from recourse.world.matching import selectors as matching_read
from recourse.world.matching import services as matching
from recourse.world.matching.services.reviewing import Shared


class NoPermissionError(ConflictError):
    """We may not act for her at the moment."""

    code = "no_permission_to_share"
    sentence = gettext_noop("She has taken back her permission, so nothing of hers is given to anybody.")


def agree_to_sharing(*, case: OwnCase, agreed: bool, now: datetime) -> None:
    """She agrees that companies get the fingerprints of her pictures, or no longer does; what they have they must drop.

    Raises:
        NothingOfMinorsError: the case is on the minor path.
    """
    if case.minor_path:
        raise NothingOfMinorsError(f"case {case.case_id}")
    if agreed == (matching_read.agreed_since(case.case_id) is not None):
        return
    with transaction.atomic():
        cases.hear(case_id=case.case_id, now=now)
        matching.agree(case_id=case.case_id, agreed=agreed, now=now)
        what = StepKind.SHARING_AGREED if agreed else StepKind.SHARING_ENDED
        cases.note(case_id=case.case_id, what=what, now=now)
        plan(case.case_id, now=now)


def record_agreement(*, case: OpenCase, agreed: bool, actor: Actor, now: datetime) -> None:
    """Write down that she told one of us, by phone or in words, that companies may get them, or no longer may.

    Raises:
        NotAllowedError: the role may not write into a case.
        NothingOfMinorsError: the case is on the minor path.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_NOTE)
    if case.minor_path:
        raise NothingOfMinorsError(f"case {case.id}")
    if agreed == (matching_read.agreed_since(case.id) is not None):
        return
    with transaction.atomic():
        cases.require_free(case_id=case.id, actor=actor, now=now)
        matching.agree(case_id=case.id, agreed=agreed, now=now)
        what = StepKind.SHARING_AGREED if agreed else StepKind.SHARING_ENDED
        cases.note(case_id=case.id, what=what, now=now, actor=actor)
        plan(case.id, now=now)


def review_fingerprints(*, case_id: UUID, only: Collection[UUID], actor: Actor, now: datetime) -> int:
    """A person has reviewed fingerprints of a case: they stay with us until somebody gives them on; return how many.

    Raises:
        NotAllowedError: the role may not decide.
        HeldBySomeoneError: another person holds the case.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    with transaction.atomic():
        cases.require_free(case_id=case_id, actor=actor, now=now)
        done = matching.review(case_id=case_id, only=only, now=now)
        if done:
            cases.note(case_id=case_id, what=StepKind.FINGERPRINTS_REVIEWED, now=now, actor=actor)
        plan(case_id, now=now)
    return done


def share_fingerprints(*, case: OpenCase, only: Collection[UUID], actor: Actor, now: datetime) -> Shared:
    """A person gives reviewed fingerprints of a case to companies.

    Raises:
        NotAllowedError: the role may not decide.
        NothingOfMinorsError: the case is on the minor path.
        NoPermissionError: she has taken back her permission.
        HeldBySomeoneError: another person holds the case.
        NoConsentError: she has not agreed to it.
        NothingToShareError: none of them can be given.
    """
    accounts.require(actor, Action.CASE_ASSESS)
    if case.minor_path:
        raise NothingOfMinorsError(f"case {case.id}")
    if case.mandate_since is None:
        raise NoPermissionError(f"case {case.id}")
    cases.require_free(case_id=case.id, actor=actor, now=now)
    shared = matching.share(case_id=case.id, key=case.key, only=only, now=now)
    with transaction.atomic():
        if shared.given:
            cases.note(case_id=case.id, what=StepKind.FINGERPRINTS_SHARED, now=now, actor=actor)
        plan(case.id, now=now)
    return shared
