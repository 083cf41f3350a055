"""Fingerprints come with a report or later, never on the minor path; they follow the permission and the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from recourse.base.core.clock import FixedClock
from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors as cases_read
from recourse.work.cases import services as cases
from recourse.work.cases.domain import AgeBand, CaseState, EndingKind, OwnCase, StepKind
from recourse.work.cases.models import Case
from recourse.work.hotline import services
from recourse.work.hotline.domain import AlreadySentError, NothingOfMinorsError, NothingWrittenError
from recourse.work.hotline.models import Draft
from recourse.world.matching import domain, selectors
from recourse.world.matching.domain import BadFingerprintError, FingerprintState
from recourse.world.matching.models import Fingerprint
from tests.surfaces.survivor.inside import inside
from tests.work.cases.making import actor, web_process
from tests.work.notices.making import settle
from tests.world.matching.making import digits, image, video

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ADULT = {"age_in_picture": [AgeBand.ADULT]}
S = FingerprintState


def hers(now: datetime, *, age_band: AgeBand = AgeBand.ADULT) -> OwnCase:
    own = cases_read.case_by_code(inside(now, age_band=age_band).code, now)
    assert own is not None
    return own


def steps(case_id: object) -> list[StepKind]:
    return [step.what for step in cases_read.steps_of(case_id)]  # type: ignore[arg-type]


def test_invariant_1_a_report_takes_its_fingerprints_with_it_in_a_web_process(
    now: datetime, home: Path
) -> None:
    with web_process(home):
        draft_id, secret = services.start_draft(now)
        services.save_answer(
            draft_id=draft_id, secret=secret, question="age_in_picture", values=ADULT, now=now
        )
        texts = [image("dusk"), video("dusk")]
        services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=texts, now=now)
        assert services.read_draft(draft_id, secret, now).fingerprints == tuple(texts)
        sent = services.submit_report(draft_id=draft_id, secret=secret, now=now)
        own = cases_read.case_by_code(sent.code, now)
        assert own is not None
        held = selectors.open_fingerprints(own.case_id, own.key)
        assert {domain.written(one) for one in held.values()} == set(texts)
        assert StepKind.FINGERPRINTS_ADDED in steps(own.case_id)
        assert services.read_draft(draft_id, secret, now).fingerprints == (), "the draft keeps the code alone"
        with pytest.raises(AlreadySentError):
            services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=texts, now=now)


def test_a_draft_holds_no_hash_in_clear(now: datetime) -> None:
    draft_id, secret = services.start_draft(now)
    services.save_answer(draft_id=draft_id, secret=secret, question="age_in_picture", values=ADULT, now=now)
    services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=[image("dusk")], now=now)
    assert digits(("dusk", 0)).encode() not in bytes(Draft.objects.get().sealed)


@pytest.mark.parametrize("age", [[], [AgeBand.MINOR], [AgeBand.UNKNOWN]])
def test_invariant_12_of_a_picture_on_the_minor_path_nothing_is_kept_or_sent(
    now: datetime, age: list[str]
) -> None:
    draft_id, secret = services.start_draft(now)
    values = {"age_in_picture": age}
    services.save_answer(draft_id=draft_id, secret=secret, question="age_in_picture", values=values, now=now)
    with pytest.raises(NothingOfMinorsError):
        services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=[image("dusk")], now=now)
    services.submit_report(draft_id=draft_id, secret=secret, now=now)
    assert Fingerprint.objects.count() == 0
    band = AgeBand(age[0]) if age else AgeBand.UNKNOWN
    with pytest.raises(NothingOfMinorsError):
        services.add_fingerprints(case=hers(now, age_band=band), texts=[image("dusk")], now=now)
    assert Fingerprint.objects.count() == 0


def test_invariant_12_a_changed_age_drops_what_was_kept_before(now: datetime) -> None:
    draft_id, secret = services.start_draft(now)

    def age(*band: AgeBand) -> None:
        services.save_answer(
            draft_id=draft_id,
            secret=secret,
            question="age_in_picture",
            values={"age_in_picture": band},
            now=now,
        )

    age(AgeBand.ADULT)
    services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=[image("dusk")], now=now)
    age(AgeBand.UNKNOWN)
    age(AgeBand.ADULT)
    assert services.read_draft(draft_id, secret, now).fingerprints == ()


def test_a_broken_one_refuses_the_sending_and_what_was_kept_stays(now: datetime) -> None:
    draft_id, secret = services.start_draft(now)
    services.save_answer(draft_id=draft_id, secret=secret, question="age_in_picture", values=ADULT, now=now)
    services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=[image("dusk")], now=now)
    with pytest.raises(BadFingerprintError):
        services.keep_fingerprints(draft_id=draft_id, secret=secret, texts=[image(1), "image.0"], now=now)
    assert services.read_draft(draft_id, secret, now).fingerprints == (image("dusk"),)


def test_she_adds_by_her_code_in_a_web_process_and_takes_one_out(now: datetime, home: Path) -> None:
    own = hers(now)
    with web_process(home):
        assert services.add_fingerprints(case=own, texts=[image(1), image(2)], now=now).stored == 2
        first = selectors.fingerprints_of(own.case_id)[0].id
        services.take_out_fingerprint(case=own, fingerprint_id=first, now=now)
        with pytest.raises(NotFoundError):
            services.take_out_fingerprint(case=own, fingerprint_id=first, now=now)
        with pytest.raises(NothingWrittenError):
            services.add_fingerprints(case=own, texts=[], now=now)
    assert Fingerprint.objects.count() == 1
    assert StepKind.FINGERPRINTS_TAKEN_OUT in steps(own.case_id)


def test_nobody_takes_another_s_out(now: datetime) -> None:
    own, other = hers(now), hers(now)
    services.add_fingerprints(case=own, texts=[image(1)], now=now)
    with pytest.raises(NotFoundError):
        services.take_out_fingerprint(
            case=other, fingerprint_id=selectors.fingerprints_of(own.case_id)[0].id, now=now
        )
    assert Fingerprint.objects.count() == 1


def test_a_closed_case_opens_again_when_she_adds_one(now: datetime) -> None:
    own = hers(now)
    cases.move_case(case_id=own.case_id, to=CaseState.CLOSED, actor=actor(), now=now)
    services.add_fingerprints(case=own, texts=[image(1)], now=now)
    assert Case.objects.get(id=own.case_id).state == CaseState.OPEN


def test_more_than_fifty_go_to_a_person_who_lets_them_in(now: datetime) -> None:
    own = hers(now)
    services.add_fingerprints(case=own, texts=[image(seed) for seed in range(50)], now=now)
    case = Case.objects.get(id=own.case_id)
    assert case.next_step != "look_at_fingerprints"
    assert services.add_fingerprints(case=own, texts=[image(99)], now=now).waiting == 1
    case.refresh_from_db()
    assert (case.next_step, case.next_due_at) == ("look_at_fingerprints", now + timedelta(days=1))
    with pytest.raises(NotAllowedError):
        services.let_in_fingerprints(case_id=own.case_id, actor=actor(Role.OPERATOR), now=now)
    assert services.let_in_fingerprints(case_id=own.case_id, actor=actor(), now=now) == 1
    case.refresh_from_db()
    assert case.next_step != "look_at_fingerprints"
    assert StepKind.FINGERPRINTS_LET_IN in steps(own.case_id)


def test_they_follow_the_permission_both_ways(clock: FixedClock) -> None:
    own = hers(clock.at)
    services.add_fingerprints(case=own, texts=[image(1)], now=clock.at)
    cases.ask_ending(case_id=own.case_id, kind=EndingKind.PERMISSION, now=clock.at)
    settle(clock.at)
    assert Fingerprint.objects.get().state == S.WITHDRAWN
    cases.take_back_ending(case_id=own.case_id, now=clock.at)
    settle(clock.at)
    assert Fingerprint.objects.get().state == S.INTERNAL


def test_a_case_that_acts_again_without_a_permission_keeps_its_own(clock: FixedClock) -> None:
    own = hers(clock.at)
    Case.objects.get(id=own.case_id).mandates.all().delete()
    services.add_fingerprints(case=own, texts=[image(1)], now=clock.at)
    for state in (CaseState.WAITING_FOR_SURVIVOR, CaseState.OPEN):
        cases.move_case(case_id=own.case_id, to=state, actor=actor(), now=clock.at)
        settle(clock.at)
    assert Fingerprint.objects.get().state == S.INTERNAL


def test_invariant_15_erasing_the_case_deletes_them_in_the_same_moment(now: datetime) -> None:
    own, other = hers(now), hers(now)
    for case in (own, other):
        services.add_fingerprints(case=case, texts=[image(1)], now=now)
    cases.erase_case(case_id=own.case_id, now=now)
    assert list(Fingerprint.objects.values_list("case_id", flat=True)) == [other.case_id]
