"""Any order of approving, sending, answering, bouncing, withdrawing, erasing, reminding, submitting and coming back.

Two survivors and one post, the product's own services and queue, an outside of ours. After every step the promises
about notices hold: none sent twice, one open line, silence only after a proven receipt, a refusal that stays one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, FixedClock
from recourse.base.core.errors import RecourseError
from recourse.base.jobs.domain import ArrivalUnknownError
from recourse.base.jobs.models import Job
from recourse.base.ledger import selectors as ledger
from recourse.base.ledger.ports import LedgerFolder
from recourse.base.vault.domain import KeyDestroyedError
from recourse.work.cases import services as cases
from recourse.work.cases.domain import CaseState, Choice
from recourse.work.cases.models import Case, Item
from recourse.work.cases.selectors import choices_made, key_for_machine
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import (
    AFTER_LEAVING,
    AnswerKind,
    NoticeState,
    late_from,
)
from recourse.work.notices.models import Backing, Notice, NoticeLine, Reminder
from recourse.work.notices.selectors.letters import opened
from recourse.work.notices.selectors.standing import standing_of
from recourse.world.recipients import selectors as recipients
from tests.work.notices.making import (
    CHANNEL,
    OFFICER,
    World,
    approve,
    assess,
    choose,
    forward,
    mail,
    receive,
    report,
    settle,
)
from tests.work.notices.test_reminding import possible_or_none

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FORM = "tg-eu-dsa"
NUMBERS = count(1000)  # a post of its own for each run, since all runs share one database
REFUSED = "We refuse your request."
SAID = {
    AnswerKind.ACCEPTED: "We will remove it.",
    AnswerKind.CLAIMS_REMOVED: "The content has been removed.",
    AnswerKind.REFUSED: REFUSED,
    AnswerKind.ACKNOWLEDGED: "We received your report.",
}


class NoticeMachine(RuleBasedStateMachine):
    """See the module."""

    folder: Path

    @initialize()
    def begin(self) -> None:
        Job.objects.all().delete()
        self.number = next(NUMBERS)
        self.post = f"dusk_harbour/{self.number}"
        self.clock = FixedClock(datetime(2026, 6, 1, 9, tzinfo=UTC))
        self.world = World()
        self.around = ExitStack()
        self.around.enter_context(wiring.bound(Clock, self.clock))  # type: ignore[type-abstract]
        self.around.enter_context(wiring.bound(LedgerFolder, LedgerFolder(self.folder)))
        self.around.enter_context(self.world.around())
        self.cases: list[Case] = []
        self.refused_at: dict[UUID, datetime] = {}
        self.report(Choice.GO_ON)

    def teardown(self) -> None:
        if hasattr(self, "around"):
            self.around.close()

    # -- what people and machines do ----------------------------------------------------------------------

    @precondition(lambda self: len(self.cases) < 2)
    @rule(choice=st.sampled_from([Choice.GO_ON, Choice.GO_ON, Choice.NOT_YET]))
    def report(self, choice: Choice) -> None:
        case, items = report(self.clock.at, self.number, choice=choice)
        assess(case, items, self.clock.at)
        settle(self.clock.at)
        self.cases.append(case)

    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        if notice := self.one(data, [NoticeState.READY]):
            self.tried(lambda: approve(notice.id, self.clock.at))

    @rule(data=st.data())
    def redraft_or_cancel(self, data: st.DataObject) -> None:
        if notice := self.one(data, [NoticeState.HELD, NoticeState.INCOMPLETE, NoticeState.READY]):
            verb = data.draw(st.sampled_from([services.redraft, services.cancel]))
            self.tried(lambda: verb(notice_id=notice.id, actor=OFFICER, now=self.clock.at))

    @rule(data=st.data(), choice=st.sampled_from([Choice.GO_ON, Choice.WATCH_ONLY, Choice.TALK_FIRST]))
    def she_chooses(self, data: st.DataObject, choice: Choice) -> None:
        case = data.draw(st.sampled_from(self.cases))
        channel = data.draw(st.sampled_from([CHANNEL, FORM]))
        with suppress(RecourseError, KeyDestroyedError):
            choose(case, key_for_machine(case.id), self.clock.at, choice, channel=channel)

    @rule(data=st.data())
    def ask_further(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.cases))
        kind, channel = data.draw(
            st.sampled_from([("information", FORM), ("removal", CHANNEL), ("preservation", CHANNEL)])
        )
        places = list(Item.objects.filter(case=case, place__isnull=False).values_list("place_id", flat=True))
        self.tried(
            lambda: services.draft_further(
                case_id=case.id,
                place_ids=[place for place in places if place],
                kind=kind,
                channel_id=channel,
                actor=OFFICER,
                now=self.clock.at,
            )
        )

    @rule(reference=st.sampled_from(["", "HB-112"]), data=st.data())
    def submit(self, reference: str, data: st.DataObject) -> None:
        """Also what was stopped meanwhile: it had been submitted all the same."""
        states = [NoticeState.QUEUED, NoticeState.HELD, NoticeState.CANCELLED]
        if notice := self.one(data, states, by_hand=True):
            self.tried(
                lambda: services.record_submission(
                    notice_id=notice.id,
                    actor=OFFICER,
                    now=self.clock.at,
                    submitted_at=self.clock.at,
                    their_reference=reference,
                    already=True,
                )
            )

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        if notice := self.one(data, [*AFTER_LEAVING], by_hand=True):
            self.tried(
                lambda: services.undo_submission(notice_id=notice.id, actor=OFFICER, now=self.clock.at)
            )

    @rule(data=st.data(), kind=st.sampled_from(list(SAID)), reason=st.sampled_from(["", "no_violation"]))
    def they_answer(self, data: st.DataObject, kind: AnswerKind, reason: str) -> None:
        states = [*AFTER_LEAVING, NoticeState.CLOSED, NoticeState.HELD, NoticeState.CANCELLED]
        notice = self.one(data, states)
        if notice is None or not notice.reply_address:
            return
        if notice.handed_over_at is None and notice.unsure_since is None:
            return  # nobody answers what nobody has
        found = receive(mail(SAID[kind]), opened(notice, "reply_address"), self.clock.at)
        if found.notice_id is None:
            return
        said = reason if kind is AnswerKind.REFUSED else ""
        self.tried(
            lambda: services.confirm_answer(
                mail_id=found.id, kind=kind, reason=said, actor=OFFICER, now=self.clock.at
            )
        )
        if kind is AnswerKind.REFUSED and said:
            self.refused_at[notice.id] = self.clock.at
        else:
            self.refused_at.pop(notice.id, None)

    @rule()
    def the_line_breaks(self) -> None:
        """The next letter is handed over without a word, and nobody knows whether it arrived."""
        self.world.failures.append(ArrivalUnknownError("lost"))

    @rule(data=st.data())
    def it_bounces(self, data: st.DataObject) -> None:
        notice = self.one(data, [NoticeState.HANDED_OVER], by_hand=False)
        if notice is not None and notice.reply_address:
            raw = (Path(__file__).parent / "mails").glob("*bounce*.eml")
            for path in sorted(raw)[:1]:
                receive(path.read_bytes(), opened(notice, "reply_address"), self.clock.at)

    @rule(data=st.data())
    def remind(self, data: st.DataObject) -> None:
        if notice := self.one(data, [NoticeState.HANDED_OVER, NoticeState.RECEIPT_PROVEN]):
            digest = ""
            with suppress(RecourseError):
                offered = possible_or_none(notice, self.clock)
                digest = offered.digest if offered else ""
            self.tried(
                lambda: services.remind(
                    notice_id=notice.id,
                    digest=digest,
                    actor=OFFICER,
                    now=self.clock.at,
                )
            )

    @rule(data=st.data(), verb=st.sampled_from([cases.withdraw_mandate, cases.give_mandate]))
    def her_mandate(self, data: st.DataObject, verb: Callable[..., None]) -> None:
        case = data.draw(st.sampled_from(self.cases))
        if Case.objects.get(pk=case.pk).state != CaseState.ERASED:
            self.tried(lambda: verb(case_id=case.id, now=self.clock.at))

    @precondition(lambda self: len(self.cases) == 2)
    @rule()
    def the_first_is_erased(self) -> None:
        self.tried(lambda: cases.erase_case(case_id=self.cases[0].id, now=self.clock.at))

    @rule(up=st.booleans())
    def the_post_goes_or_returns(self, up: bool) -> None:
        (self.world.gone.discard if up else self.world.gone.add)(self.post)

    @rule(hours=st.sampled_from([1, 2, 25, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        forward(self.clock, timedelta(hours=hours))

    # -- what holds after every step ----------------------------------------------------------------------

    @invariant()
    def invariant_9_nothing_is_sent_twice(self) -> None:
        """9. Nothing is sent twice by accident."""
        letters = Counter(message_from_bytes(raw)["Message-ID"] for _envelope, raw in self.world.letters)
        assert all(times == 1 for times in letters.values())
        known = set(Notice.objects.exclude(message_id=None).values_list("message_id", flat=True))
        known |= set(Reminder.objects.exclude(message_id=None).values_list("message_id", flat=True))
        erased = len(letters) - len(letters.keys() & known)
        assert not erased or self.erased(), "every letter is a notice's or a reminder's"
        asking = self.lines().filter(open=True, notice__state__in=[*AFTER_LEAVING])
        sent = Counter((line.place_id, line.recipient_id, line.kind) for line in asking)
        assert all(times == 1 for times in sent.values()), "two requests ask for the same at once"

    @invariant()
    def one_open_line(self) -> None:
        first = self.lines().filter(open=True, behind=None)
        assert all(
            times == 1
            for times in Counter((line.place_id, line.recipient_id, line.kind) for line in first).values()
        )
        for line in self.lines().filter(open=True).exclude(behind=None):
            assert line.behind is not None
            assert line.behind.open, "nothing stands behind what asks no more"
            assert line.behind.behind is None

    @invariant()
    def invariant_5_silence_is_never_without_a_proven_receipt(self) -> None:
        """5. A clock starts with proof of receipt; without it nothing is due and nobody silent."""
        for notice in self.notices():
            if notice.receipt_proven_at is None:
                assert (notice.due_at, notice.silent_since) == (None, None)

    @invariant()
    def a_refusal_is_final_without_something_new(self) -> None:
        for notice_id, at in self.refused_at.items():
            refused = Notice.objects.get(id=notice_id)
            if refused.state == NoticeState.CLOSED or refused.token_lookup is None:
                continue  # it was gone since, or the refusal is forgotten with its case
            anew = self.notices().filter(
                recipient_id=refused.recipient_id, kind=refused.kind, created_at__gt=at
            )
            assert not anew.exists(), "asked again after a refusal with a reason"

    @invariant()
    def the_record_denies_nothing_that_left(self) -> None:
        for notice in self.notices().exclude(ledger_entry=None):
            entries = notice.entries.filter(kind="correction", corrected=False)
            facts = [ledger.facts_of(one.entry_id) for one in entries]
            about = {one["what"] for one in facts if one.get("corrects") == str(notice.ledger_entry)}
            if notice.handed_over_at is not None:
                assert not about & {"not_sent", "not_delivered", "arrival_unknown"}
            elif notice.unsure_since is not None:
                assert "not_sent" not in about

    @invariant()
    def invariant_8_nothing_leaves_unapproved(self) -> None:
        """8. Machine drafts, person sends."""
        for notice in self.notices().exclude(handed_over_at=None):
            assert notice.approved_at is not None
            assert notice.handed_over_at is not None
            assert notice.approved_at <= notice.handed_over_at
            assert notice.ledger_entry

    @invariant()
    def invariant_7_whoever_declined_is_not_asked_for(self) -> None:
        """7. Watch only means that nothing that has not left asks for her on that channel."""
        if Job.objects.filter(state="open", due_at__lte=self.clock.at).exists():
            return  # her word is on its way through the queue
        for backing in Backing.objects.filter(case__in=self.cases, line__open=True).select_related(
            "line__notice"
        ):
            notice = backing.line.notice
            if notice.state in {NoticeState.READY, NoticeState.APPROVED, NoticeState.QUEUED}:
                asked = {view.channel_id: view.choice for view in choices_made(backing.case_id)}
                assert asked.get(notice.channel_id) is not Choice.WATCH_ONLY

    @invariant()
    def the_board_is_kept(self) -> None:
        for notice in self.notices():
            assert notice.overdue_from == late_from(standing_of(notice)), notice.state

    @invariant()
    def her_page_tells_nothing_older_than_her_own_approval(self) -> None:
        for case in self.cases:
            own = [one.at for one in selectors.approvals(case.id)]
            for track in selectors.tracks(case.items.values_list("id", flat=True)).values():
                for at in (track.asked_at, track.acknowledged_at, track.answered_at):
                    assert at is None or (own and at >= min(own))

    # -- helpers ------------------------------------------------------------------------------------------

    def notices(self) -> QuerySet[Notice]:
        return Notice.objects.filter(case__in=self.cases)

    def lines(self) -> QuerySet[NoticeLine]:
        return NoticeLine.objects.filter(notice__case__in=self.cases, place__isnull=False)

    def erased(self) -> bool:
        return Case.objects.filter(pk__in=[case.pk for case in self.cases], state=CaseState.ERASED).exists()

    def one(self, data: st.DataObject, states: list[NoticeState], **more: bool) -> Notice | None:
        found = list(
            self.notices().filter(state__in=states, **more).order_by("created_at", "kind", "case__opened_at")
        )
        return data.draw(st.sampled_from(found)) if found else None

    def tried(self, verb: Callable[[], object]) -> None:
        """Do what a person or a job might try; what is refused is refused. Then let the queue come to rest."""
        with suppress(RecourseError):
            verb()
        settle(self.clock.at)


def test_the_promises_hold_in_every_order(tmp_path: Path) -> None:
    """Invariants 4, 5, 7, 8 and 9 over the tables of notices, lines, answers and reminders."""
    assert recipients.by_channel(FORM).human_only

    class Machine(NoticeMachine):
        folder = tmp_path / "log"

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=16,
            deadline=None,
            phases=[
                Phase.explicit,
                Phase.reuse,
                Phase.generate,
            ],  # a step costs a tenth of a second: no shrinking
            suppress_health_check=list(HealthCheck),
        ),
    )
