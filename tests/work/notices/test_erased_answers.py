"""What answers quote of an erased case: cut while somebody has to read them for the others, and then gone."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.base.core.sandbox import Sandbox
from recourse.base.vault import services as vault
from recourse.work.cases import services as cases
from recourse.work.cases.domain import Purpose
from recourse.work.notices import selectors, services
from recourse.work.notices.domain import CUT, AnswerKind, OpenMail
from recourse.work.notices.models import InboundMail
from recourse.work.notices.selectors.machine import about_mail
from tests.work.notices.making import OFFICER, World, fresh, letter, mail, receive, reply_address, settle
from tests.work.notices.test_erased_letters import HERS, OTHERS, one_letter
from tests.world.outside import InlineSandbox

pytestmark = [pytest.mark.django_db, pytest.mark.db]


class PagesHere(InlineSandbox):
    """Reads pages in this process, and mails where they are always read."""

    def __init__(self, real: Sandbox) -> None:
        self.real = real

    def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
        here = task in {"match", "text"}
        return super().run(task, data) if here else self.real.run(task, data, seconds=seconds)


@pytest.fixture(autouse=True)
def sandbox() -> Iterator[None]:
    real = wiring.resolve(Sandbox)  # type: ignore[type-abstract]
    with wiring.bound(Sandbox, PagesHere(real)):  # type: ignore[type-abstract]
        yield


def quoting(world: World, words: str) -> EmailMessage:
    """An answer below which the letter stands as it was sent, its subject being an address."""
    body = letter(world).get_content()
    found = mail(words + "\n" + "\n".join(f"> {line}" for line in body.splitlines()))
    found.replace_header("Subject", f"Re: https://gallery.harbour.example/{HERS}")
    return found


def opened(found: InboundMail, clock: FixedClock) -> OpenMail:
    return selectors.access_mail(actor=OFFICER, mail_id=found.id, purpose=Purpose.READ_ANSWER, now=clock.at)


def record(found: InboundMail, clock: FixedClock) -> None:
    services.confirm_answer(mail_id=found.id, kind=AnswerKind.CLAIMS_REMOVED, actor=OFFICER, now=clock.at)


def nothing_stays(found: InboundMail) -> None:
    """Nothing but the mark is left of the words, and nothing of the mail as it came."""
    kept = InboundMail.objects.get(id=found.id)
    key = vault.open_key(kept.key_id)
    assert vault.unseal_text(key, f"notices.mail.text:{kept.id}", kept.text) == CUT
    assert not kept.raw
    assert HERS not in about_mail(kept).subject


def test_invariant_15_what_a_person_has_yet_to_read_names_the_others_alone(
    clock: FixedClock, world: World
) -> None:
    first, second, _item, notice = one_letter(clock.at)
    settle(clock.at)
    early = receive(quoting(world, "We removed both."), reply_address(world), clock.at)
    assert HERS in opened(early, clock).text
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    late = receive(quoting(world, "Once more."), reply_address(world), clock.at)
    for found, words in ((early, "We removed both."), (late, "Once more.")):
        read = opened(found, clock)
        assert words in read.text
        assert OTHERS in read.text
        assert HERS not in read.text + read.about.subject
        assert not InboundMail.objects.get(id=found.id).raw
    assert fresh(notice).case_id == second.id


def test_once_it_is_recorded_its_words_go_and_the_answer_stays(clock: FixedClock, world: World) -> None:
    first, _second, _item, notice = one_letter(clock.at)
    settle(clock.at)
    found = receive(quoting(world, "We removed both."), reply_address(world), clock.at)
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    record(found, clock)
    nothing_stays(found)
    line = notice.lines.get(open=True)
    assert (line.answer, line.place_id is not None) == (AnswerKind.CLAIMS_REMOVED, True)
    assert opened(found, clock).row.confirmed == AnswerKind.CLAIMS_REMOVED


def test_what_was_recorded_before_the_erasing_goes_with_it(clock: FixedClock, world: World) -> None:
    first, _second, _item, _notice = one_letter(clock.at)
    settle(clock.at)
    raw = quoting(world, "We removed both.")
    found = receive(raw, reply_address(world), clock.at)
    record(found, clock)
    assert HERS in opened(found, clock).text
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    nothing_stays(found)
    assert receive(raw, reply_address(world), clock.at).id == found.id, "the same delivery is still known"


def test_an_answer_joined_by_a_person_is_cut_as_well(clock: FixedClock, world: World) -> None:
    first, _second, _item, notice = one_letter(clock.at)
    settle(clock.at)
    found = receive(quoting(world, "We removed both."), "desk@agency.test", clock.at)
    cases.erase_case(case_id=first.id, now=clock.at)
    settle(clock.at)
    services.attach_mail(mail_id=found.id, notice_number=notice.number, actor=OFFICER, now=clock.at)
    read = opened(found, clock)
    assert HERS not in read.text + read.about.subject
    assert OTHERS in read.text
    assert not InboundMail.objects.get(id=found.id).raw


def test_where_nothing_was_erased_answers_stay_as_they_came(clock: FixedClock, world: World) -> None:
    one_letter(clock.at)
    settle(clock.at)
    found = receive(quoting(world, "We removed both."), reply_address(world), clock.at)
    record(found, clock)
    read = opened(found, clock)
    assert HERS in read.text
    assert OTHERS in read.text
    assert InboundMail.objects.get(id=found.id).raw
