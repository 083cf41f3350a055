"""Every value of every table that a desk page shows has words."""

from __future__ import annotations

from enum import StrEnum

import pytest

from recourse.surfaces.desk import words, words_her, words_items
from recourse.work.cases import domain as cases
from recourse.work.hotline import domain as hotline
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
        (words_items.DEPICTED, cases.Depicted),
        (words_items.NATURES, cases.Nature),
        (words_items.NAMES_VISIBLE, cases.NamesVisible),
        (words_items.RELATIONS, cases.Relation),
        (words_items.THREATS, cases.Threat),
        (words_items.QUEUE_PARTS, cases.QueueShow),
        (words_her.TELLS, hotline.Tell),
        (words_her.REACH_STATES, hotline.ReachState),
        (words_her.REACHED, hotline.Reached),
        (words_her.PICKUP_STATES, hotline.PickupState),
        (words_her.CONFIRMED, hotline.Confirmed),
        (words_her.CHANNEL_REASONS, cases.ChannelReason),
        (words_her.CHOICES, cases.Choice),
        (words_her.CHOICE_RULES, cases.ChoiceRule),
        (words_her.ENDINGS, cases.EndingKind),
        (words_her.STEPS, cases.StepKind),
        (words.EVIDENCE, EvidenceMark),
    ],
)
def test_every_value_has_words_and_no_other(table: dict[str, object], values: type[StrEnum]) -> None:
    assert set(table) == {value.value for value in values}


def test_every_element_has_words() -> None:
    wanted = {element.value for element in Element} | {rule.value for rule in notices.HouseRule}
    assert set(words.ELEMENTS) == wanted


def test_every_urgency_has_words() -> None:
    assert set(words_items.URGENCIES) == {int(one) for one in cases.Urgency}


def test_every_answer_about_a_link_has_words() -> None:
    assert set(words_her.LINKS) == {one.value for one in cases.LinkSeen if one.value}
