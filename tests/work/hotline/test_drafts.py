"""Drafts: opened by the cookie's secret alone, kept across going back, gone after a day."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from recourse.base.jobs.domain import JobContext
from recourse.base.jobs.models import Job
from recourse.work.cases import selectors as cases
from recourse.work.cases.domain import FieldTooLongError
from recourse.work.cases.models import Case
from recourse.work.hotline import services, tasks
from recourse.work.hotline.domain import (
    DRAFT_LASTS,
    QUESTIONS,
    AlreadySentError,
    Answers,
    BadAnswerError,
    ContactRefusedError,
    Kind,
    NotSentError,
    check_contact,
    checked,
)
from recourse.work.hotline.models import Draft
from recourse.work.hotline.services.drafts import NoDraftError
from tests.wiring import START
from tests.work.cases.making import everything_stored, web_process
from tests.work.hotline.writing import TOLD, Values, write

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_going_back_loses_no_answer(now: datetime, home: Path) -> None:
    with web_process(home):
        draft_id, secret = write(now)
        services.save_answer(
            draft_id=draft_id, secret=secret, question="words", values={"words": "boats"}, now=now
        )
        view = services.read_draft(draft_id, secret, now)
    assert view.answers["words"] == {"words": ("boats",)}
    assert view.answers["what_happened"] == {"what_happened": ("found_online", "threatened")}
    assert set(view.answers) == set(TOLD)
    assert (view.saved_at, view.code, view.language) == (now, None, "en")


def test_nothing_of_a_draft_is_readable_by_us(now: datetime) -> None:
    draft_id, secret = write(now)
    for where, column, raw in everything_stored():
        assert secret not in raw, (where, column)
        assert b"harbour" not in raw, (where, column)
    assert Draft.objects.get().id == draft_id


def test_the_length_of_a_short_answer_does_not_show(now: datetime) -> None:
    draft_id, secret = services.start_draft(now)
    before = len(Draft.objects.get(id=draft_id).sealed)
    services.save_answer(
        draft_id=draft_id, secret=secret, question="words", values={"words": "boats"}, now=now
    )
    assert len(Draft.objects.get(id=draft_id).sealed) == before


def every_way_in(draft_id: UUID, secret: bytes, now: datetime) -> list[tuple[str, str, int]]:
    """The errors that each verb gives for a cookie, as a page would show them."""
    answers = []
    save = {"question": "words", "values": {"words": "boats"}}
    for call in (
        lambda: services.read_draft(draft_id, secret, now),
        lambda: services.save_answer(draft_id=draft_id, secret=secret, now=now, **save),  # type: ignore[arg-type]
        lambda: services.submit_report(draft_id=draft_id, secret=secret, now=now),
        lambda: services.acknowledge_code(draft_id=draft_id, secret=secret, now=now),
    ):
        with pytest.raises(NoDraftError) as refused:
            call()
        answers.append((refused.value.code, refused.value.sentence, refused.value.status))
    return answers


def test_forged_foreign_expired_and_used_cookies_look_alike(now: datetime) -> None:
    draft_id, secret = write(now)
    other_id, other_secret = write(now)
    used_id, used_secret = write(now)
    services.submit_report(draft_id=used_id, secret=used_secret, now=now)
    services.acknowledge_code(draft_id=used_id, secret=used_secret, now=now)
    cookies = [
        (uuid4(), secret),
        (draft_id, other_secret),
        (other_id, secret),
        (draft_id, secrets.token_bytes(32)),
        (draft_id, b""),
        (draft_id, secret[:-1]),
        (draft_id, secret + b"\x00"),
        (used_id, used_secret),
    ]
    shown = [every_way_in(one, two, now) for one, two in cookies]
    shown.append(every_way_in(draft_id, secret, now + DRAFT_LASTS))
    assert all(one == shown[0] for one in shown)
    assert len(set(shown[0])) == 1
    assert services.read_draft(draft_id, secret, now).answers["words"]


def test_a_draft_is_refused_after_a_day_and_its_row_goes(now: datetime) -> None:
    draft_id, secret = write(now)
    almost = now + DRAFT_LASTS - timedelta(seconds=1)
    assert services.read_draft(draft_id, secret, almost).answers
    job = Job.objects.get(kind="hotline.drop_drafts")
    assert now + DRAFT_LASTS <= job.due_at <= now + DRAFT_LASTS + timedelta(minutes=10)
    context = JobContext(job_id=job.id, kind=job.kind, attempt=1, fence=1, now=almost)
    tasks.drop_drafts(context, {})
    assert Draft.objects.exists()
    tasks.drop_drafts(JobContext(job_id=job.id, kind=job.kind, attempt=1, fence=2, now=job.due_at), {})
    assert not Draft.objects.exists()


def test_many_drafts_share_one_job(now: datetime) -> None:
    for minute in range(30):
        services.start_draft(now + timedelta(minutes=minute))
    assert Job.objects.filter(kind="hotline.drop_drafts").count() <= 4


@pytest.mark.parametrize(
    ("question", "values"),
    [("words", {"words": "b" * 20_001}), ("for_whom", {"for_whom": "a harbour"})],
)
def test_a_refused_answer_leaves_the_one_before(now: datetime, question: str, values: Values) -> None:
    draft_id, secret = write(now)
    before = services.read_draft(draft_id, secret, now)
    with pytest.raises((FieldTooLongError, BadAnswerError)):
        services.save_answer(draft_id=draft_id, secret=secret, question=question, values=values, now=now)
    assert services.read_draft(draft_id, secret, now) == before


def test_a_draft_can_be_thrown_away_by_its_owner_only(now: datetime) -> None:
    draft_id, secret = write(now)
    services.discard_draft(draft_id=draft_id, secret=secrets.token_bytes(32), now=now)
    assert Draft.objects.exists()
    services.discard_draft(draft_id=draft_id, secret=secret, now=now)
    services.discard_draft(draft_id=draft_id, secret=secret, now=now)
    assert not Draft.objects.exists()


WORDS = st.text(st.characters(codec="utf-8"), max_size=40)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, dict[str, list[str]]]:
    question = draw(st.sampled_from(QUESTIONS))
    values: dict[str, list[str]] = {}
    for field in question.fields:
        offered = [choice.value for choice in field.choices]
        if field.kind is Kind.CHOICES:
            values[field.name] = draw(st.lists(st.sampled_from(offered), unique=True))
        elif field.kind is Kind.CHOICE:
            values[field.name] = draw(st.lists(st.sampled_from(offered), max_size=1))
        else:
            values[field.name] = [draw(WORDS)]
    return question.key, values


class DraftMachine(RuleBasedStateMachine):
    """One survivor with one browser: answers, goes back, sends, sends again, keeps her code."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.told: Answers = {}
        self.code = ""
        self.kept = False

    @initialize()
    def begin(self) -> None:
        self.draft_id, self.secret = services.start_draft(self.now)
        self.until = self.now + DRAFT_LASTS

    @property
    def open(self) -> bool:
        return self.now < self.until and not self.kept

    @rule(answer=answers())
    def answer(self, answer: tuple[str, dict[str, list[str]]]) -> None:
        question, values = answer
        expected = NoDraftError if not self.open else AlreadySentError if self.code else None
        if expected is None:
            services.save_answer(
                draft_id=self.draft_id, secret=self.secret, question=question, values=values, now=self.now
            )
            self.told = {**self.told, question: checked(question, values)}
        else:
            with pytest.raises(expected):
                services.save_answer(
                    draft_id=self.draft_id, secret=self.secret, question=question, values=values, now=self.now
                )

    @rule()
    def send(self) -> None:
        if not self.open:
            with pytest.raises(NoDraftError):
                services.submit_report(draft_id=self.draft_id, secret=self.secret, now=self.now)
            return
        cases_before = Case.objects.count()
        if not self.code and not self.reachable():  # an address, and no way that it fits
            with pytest.raises(ContactRefusedError):
                services.submit_report(draft_id=self.draft_id, secret=self.secret, now=self.now)
            assert Case.objects.count() == cases_before
            return
        sent = services.submit_report(draft_id=self.draft_id, secret=self.secret, now=self.now)
        assert self.code in {"", sent.code}
        assert Case.objects.count() == cases_before + (0 if self.code else 1)
        self.code = sent.code

    def reachable(self) -> bool:
        """Whether her safe contact, if she gave one, is of the kind she chose."""
        try:
            check_contact(self.told.get("safe_contact", {}))
        except ContactRefusedError:
            return False
        return True

    @rule()
    def keep(self) -> None:
        expected = NoDraftError if not self.open else None if self.code else NotSentError
        if expected is None:
            services.acknowledge_code(draft_id=self.draft_id, secret=self.secret, now=self.now)
            self.kept = True
        else:
            with pytest.raises(expected):
                services.acknowledge_code(draft_id=self.draft_id, secret=self.secret, now=self.now)

    @rule(minutes=st.integers(1, 600))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        services.drop_drafts(now=self.now)

    @invariant()
    def the_draft_shows_what_was_told_or_the_code(self) -> None:
        if not self.open:
            with pytest.raises(NoDraftError):
                services.read_draft(self.draft_id, self.secret, self.now)
            return
        view = services.read_draft(self.draft_id, self.secret, self.now)
        assert (view.code or "") == self.code
        told: Answers = {} if self.code else self.told
        assert view.answers == told

    @invariant()
    def accepted_means_stored(self) -> None:
        assert not self.code or cases.case_by_code(self.code, self.now) is not None


def test_whatever_she_does_in_whatever_order() -> None:
    run_state_machine_as_test(
        DraftMachine,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
