"""A letter in the channel's language: every sentence of ours in it, every fact of the English one in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from recourse.work.notices.domain import LetterFacts, NoticeKind, render_letter
from recourse.work.notices.domain.letter import render_reminder
from recourse.work.notices.selectors.letters import say_in
from tests.work.notices.test_letter import FACTS

FULL = replace(FACTS, earlier="N-4EARLIER", new_facts="2026-03-02", laws=("47 U.S.C. 223a",))
DATA = ("Vidra", "Harbour Line", "Officer 01", "47 U.S.C. 223a", FULL.address, *FULL.urls, str(FULL.entry))
REFERENCE = "VID-2026-118"
# Words of English letters that no other language of ours has.
ENGLISH = re.compile(r"\b(the|and|of|we|you|this|was|is|for|with|request|notice|content)\b", re.IGNORECASE)
each = pytest.mark.parametrize("kind", list(NoticeKind))


def letters(facts: LetterFacts, language: str) -> list[str]:
    say = say_in(language)
    letter = render_letter(facts, say)
    reminder = render_reminder(facts, sent_on=date(2026, 3, 1), their_reference=REFERENCE, say=say)
    return [*letter, *reminder]


@each
@pytest.mark.parametrize("language", ["ko", "id"])
def test_no_sentence_is_left_in_english(kind: NoticeKind, language: str) -> None:
    for text in letters(replace(FULL, kind=kind), language):
        ours = text
        for fact in DATA:
            ours = ours.replace(fact, "")
        assert ENGLISH.findall(ours) == []
        assert "{" not in ours, "a fact was left out"


@each
@pytest.mark.parametrize("language", ["ko", "id"])
def test_every_fact_of_the_english_letter_stands_in_it(kind: NoticeKind, language: str) -> None:
    facts = replace(FULL, kind=kind)
    for english, said in zip(letters(facts, "en"), letters(facts, language), strict=True):
        for fact in (
            *DATA,
            FULL.number,
            str(FULL.earlier),
            REFERENCE,
            *re.findall(r"\d{4}-\d\d-\d\d", english),
        ):
            assert ("".join(fact.split()) in "".join(said.split())) is (
                "".join(fact.split()) in "".join(english.split())
            )


def test_a_korean_letter_is_korean() -> None:
    _, body, *_ = letters(FULL, "ko")
    hangul = len(re.findall(r"[가-힣]", body))
    latin = len(re.findall(r"[A-Za-z]", body)) - sum(len(re.findall(r"[A-Za-z]", fact)) for fact in DATA)
    assert hangul > 10 * latin
