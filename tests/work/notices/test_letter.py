"""The letter: what it says, what it never says, and which elements that gives."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.work.cases.domain import ChannelReason, Grounds
from recourse.work.notices.domain import (
    ChannelFacts,
    ElementState,
    LetterFacts,
    NoticeKind,
    channel_reasons,
    house_rules,
    law_elements,
    present,
    render_letter,
    signed,
)
from recourse.work.notices.domain.letter import WIDTH
from recourse.work.notices.domain.sentences import CONTENT
from recourse.world.law.domain import missing
from recourse.world.rules.load import rules
from recourse.world.rules.schema import Element

FACTS = LetterFacts(
    kind=NoticeKind.REMOVAL,
    number="N-7KM4QXA",
    on=date(2026, 3, 2),
    recipient="Vidra",
    agency="Harbour Line",
    address="removal@agency.example",
    urls=("https://t.me/dusk_harbour/12",),
    grounds=("synthetic_sexual",),
    laws=("A law of two countries",),
    entry="0e4a6ef0-0000-4000-8000-000000000000",
    seen_at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    mandate_since=date(2026, 3, 1),
    signer="Officer 01",
)
TELEGRAM = ("us-tida", "eu-dsa-16", "kr-tba-22-5")
BY_MAIL = ChannelFacts(usable=True)


def test_it_says_what_is_needed() -> None:
    subject, body = render_letter(FACTS)
    flat = " ".join(body.split())
    assert subject == "Request to remove content published without consent, reference N-7KM4QXA"
    for said in (
        "2026-03-02",
        "Reference: N-7KM4QXA",
        "entry: 0e4a6ef0-0000-4000-8000-000000000000",
        "To Vidra",
        "did not consent",
        "Remove the content at its source, with every identical copy that you know of.",
        "Keep the content and the records of its publication",
        "Tell us for each address what you did.",
        "Kind of content: synthetic or manipulated sexual content.",
        "https://t.me/dusk_harbour/12",
        "Our own check found the content at every address on 2026-03-02, 08:30 UTC.",
        "A law of two countries",
        "a mandate, given no later than 2026-03-01",
        "in good faith",
        "accurate and complete",
        "Approved and signed: Officer 01",
        "Removal desk, Harbour Line",
        "removal@agency.example",
    ):
        assert said in flat, said


def test_invariant_7_the_letter_cannot_know_anything_of_the_survivor() -> None:
    """It is made of these facts alone; none of them is her name, her case, her age or what the picture shows."""
    assert {field.name for field in fields(LetterFacts)} == {
        "kind", "number", "on", "recipient", "agency", "address", "urls", "grounds", "laws", "entry",
        "seen_at", "mandate_since", "signer", "earlier", "by_form",
        "addition", "reasons", "new_facts",  # an officer's own words, looked through for hers
    }  # fmt: skip


def test_every_ground_has_its_words() -> None:
    assert set(CONTENT) == {ground.value for ground in Grounds}


@given(
    urls=st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=200), max_size=5
    ),
    agency=st.text(
        st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Zl", "Zp"]),
        min_size=1,
        max_size=60,
    ),
    seen=st.none() | st.datetimes(timezones=st.just(UTC)),
    grounds=st.lists(st.sampled_from([*CONTENT, "unknown"]), max_size=4),
    kind=st.sampled_from(list(NoticeKind)),
)
def test_any_facts_give_a_letter_with_every_address_whole_and_short_lines(
    urls: list[str], agency: str, seen: datetime | None, grounds: list[str], kind: NoticeKind
) -> None:
    facts = replace(FACTS, urls=tuple(urls), agency=agency, seen_at=seen, grounds=tuple(grounds), kind=kind)
    _, body = render_letter(facts)
    lines = body.splitlines()
    for url in urls:
        assert url in lines
    kept = [line for line in lines if line not in urls and agency not in line]
    longest_word = max((len(word) for line in kept for word in line.split()), default=0)
    assert all(len(line) <= max(WIDTH, longest_word) for line in kept)
    assert render_letter(facts) == render_letter(facts)


def test_nothing_is_claimed_that_is_not_so() -> None:
    _, body = render_letter(replace(FACTS, seen_at=None, mandate_since=None, signer=None, entry=None))
    assert "Our own check" not in body
    assert "mandate" not in body
    assert "Approved" not in body
    assert "assigned when this notice is sent" in body


def test_what_came_back_is_said() -> None:
    _, body = render_letter(replace(FACTS, earlier="N-1234567"))
    assert "reference N-1234567, and has come back" in " ".join(body.split())


def test_a_full_letter_is_valid_under_every_law_that_telegrams_channel_claims() -> None:
    assert missing(present(FACTS), TELEGRAM) == []


@pytest.mark.parametrize(
    ("without", "element"),
    [
        ({"signer": None}, Element.SIGNATURE),
        ({"mandate_since": None}, Element.CAPACITY),
        ({"seen_at": None}, Element.PRESENCE),
        ({"urls": ()}, Element.LOCATION),
        ({"grounds": ()}, Element.REASONS),
        ({"address": ""}, Element.CONTACT),
    ],
)
def test_what_is_left_out_is_missed(without: dict[str, object], element: Element) -> None:
    facts = replace(FACTS, **without)  # type: ignore[arg-type]
    assert element.value in present(FACTS)
    assert element.value not in present(facts)


def test_the_views_agree_with_the_law_about_what_is_missing() -> None:
    regimes = [rules().regimes[one] for one in TELEGRAM]
    for facts in (
        FACTS,
        replace(FACTS, signer=None),
        replace(FACTS, mandate_since=None),
        replace(FACTS, urls=(), grounds=()),
        replace(FACTS, address="", signer=None),
    ):
        views = law_elements(facts, regimes)
        by_law = {frozenset(need.value for need in one.needs) for one in missing(present(facts), TELEGRAM)}
        blocked = [set(view.needs) for view in views if view.state is not ElementState.HAS]
        assert bool(by_law) == bool(blocked)
        for needs in by_law:
            assert any(needs <= view for view in blocked)


def test_the_signature_comes_with_the_approval_and_blocks_nothing() -> None:
    regimes = [rules().regimes["us-tida"]]
    views = {view.needs: view.state for view in law_elements(replace(FACTS, signer=None), regimes)}
    assert views[("signature",)] is ElementState.WITH_APPROVAL
    assert missing(present(signed(replace(FACTS, signer=None))), ["us-tida"]) == []


def test_our_own_rules_block_by_name() -> None:
    def missed(facts: LetterFacts, channel: ChannelFacts) -> set[str]:
        return {view.key for view in house_rules(facts, channel) if view.state is ElementState.MISSING}

    assert missed(FACTS, BY_MAIL) == set()
    assert missed(replace(FACTS, mandate_since=None), BY_MAIL) == {"mandate"}
    assert missed(FACTS, replace(BY_MAIL, usable=False)) == {"channel"}
    both = frozenset({ChannelReason.NEEDS_NAME, ChannelReason.TELLS_POSTER})
    for reasons, lacks in (
        ({ChannelReason.NEEDS_NAME}, {"name"}),
        ({ChannelReason.TELLS_POSTER}, {"choice"}),
        ({ChannelReason.MAY_PUBLISH}, {"choice"}),
        (both, {"name", "choice"}),
    ):
        assert missed(FACTS, replace(BY_MAIL, reasons=frozenset(reasons))) == lacks
    assert missed(FACTS, replace(BY_MAIL, reasons=both, agreed=True)) == {"name"}
    assert missed(FACTS, replace(BY_MAIL, reasons=both, agreed=True, named=True)) == set()


def test_a_channel_that_does_not_say_whether_it_tells_the_poster_may() -> None:
    def reasons(**said: bool) -> frozenset[ChannelReason]:
        facts = {"needs_name": False, "tells_poster": False, "may_publish": False} | said
        return channel_reasons(**facts, not_stated=["tells_poster"] if not said else [])

    assert reasons() == {ChannelReason.TELLS_POSTER}
    assert reasons(may_publish=True) == {ChannelReason.MAY_PUBLISH}
