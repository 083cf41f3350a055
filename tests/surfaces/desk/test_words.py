"""Every value of every table that a desk page shows has words."""

from __future__ import annotations

from enum import StrEnum

import pytest

from recourse.surfaces.desk import words
from recourse.work.cases import domain as cases
from recourse.work.hotline.domain import ContactHow
from recourse.work.notices import domain as notices
from recourse.world.checks.domain import AvailabilityState
from recourse.world.rules.schema import Element, EvidenceMark


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (words.PURPOSES, cases.Purpose),
        (words.NEXT_STEPS, cases.NextStep),
        (words.CASE_STATES, cases.CaseState),
        (words.HAPPENED, cases.WhatHappened),
        (words.FOR_WHOM, cases.ForWhom),
        (words.AGE_BANDS, cases.AgeBand),
        (words.BASES, cases.Basis),
        (words.GROUNDS, cases.Grounds),
        (words.AVAILABILITY, AvailabilityState),
        (words.NOTICE_KINDS, notices.NoticeKind),
        (words.NOTICE_STATES, notices.NoticeState),
        (words.REASONS, notices.Reason),
        (words.ANSWERS, notices.AnswerKind),
        (words.MAIL_CATEGORIES, notices.MailCategory),
        (words.REFUSAL_REASONS, notices.RefusalReason),
        (words.SIGNATURES, notices.Signature),
        (words.FOUND_BY, notices.TokenFound),
        (words.ELEMENT_STATES, notices.ElementState),
        (words.CHECKS, notices.Check),
        (words.CHECK_STATES, notices.CheckState),
        (words.TODOS, notices.Todo),
        (words.CONTACT_HOW, ContactHow),
        (words.EVIDENCE, EvidenceMark),
    ],
)
def test_every_value_has_words_and_no_other(table: dict[str, object], values: type[StrEnum]) -> None:
    assert set(table) == {value.value for value in values}


def test_every_element_has_words() -> None:
    wanted = {element.value for element in Element} | {rule.value for rule in notices.HouseRule}
    assert set(words.ELEMENTS) == wanted
