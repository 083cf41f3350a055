"""Her choice for one channel: asked once, made with her key, passed over by a logged rule only (invariant 7)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recourse.base.core.errors import NotAllowedError, NotFoundError
from recourse.people.accounts.domain import Role
from recourse.work.cases import selectors, services
from recourse.work.cases.domain import (
    AgeBand,
    CaseState,
    ChannelReason,
    Choice,
    ChoiceRule,
    FieldTooLongError,
    NameNeededError,
    NotAskedError,
    OverrideRefusedError,
    agreed,
    name_given,
)
from recourse.work.cases.models import ChannelChoice
from tests.work.cases.making import actor, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MAY = [ChannelReason.TELLS_POSTER]
NAME = [ChannelReason.NEEDS_NAME, ChannelReason.TELLS_POSTER]
OFFICER = actor()


def test_she_is_asked_once(now: datetime) -> None:
    case, _key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now + timedelta(hours=1))
    [asked] = selectors.choices_waiting(case.id)
    assert (asked.channel_id, asked.reasons, asked.asked_at) == (
        "post-form",
        (ChannelReason.TELLS_POSTER,),
        now,
    )
    assert not agreed(asked, MAY)


def test_nothing_is_asked_without_a_reason(now: datetime) -> None:
    case, _key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=[], now=now)
    assert selectors.choices_waiting(case.id) == ()
    assert agreed(None, [])


@pytest.mark.parametrize(
    ("choice", "goes"), [(Choice.GO_ON, True), (Choice.WATCH_ONLY, False), (Choice.TALK_FIRST, False)]
)
def test_she_chooses_with_her_own_key(now: datetime, choice: Choice, *, goes: bool) -> None:
    case, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    services.make_choice(case_id=case.id, channel_id="post-form", choice=choice, key=key, now=now)
    assert agreed(selectors.choice_of(case.id, "post-form"), MAY) is goes
    assert selectors.choices_waiting(case.id) == ()


def test_another_s_key_chooses_nothing(now: datetime) -> None:
    case, _key = open_case(now)
    _other, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    with pytest.raises(NotFoundError):
        services.make_choice(case_id=case.id, channel_id="post-form", choice="go_on", key=key, now=now)


def test_her_name_is_sealed_and_kept_for_that_channel_only(now: datetime) -> None:
    case, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="name-form", reasons=NAME, now=now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    with pytest.raises(NameNeededError):
        services.make_choice(
            case_id=case.id, channel_id="name-form", choice="go_on", name="  ", key=key, now=now
        )
    with pytest.raises(FieldTooLongError):
        services.make_choice(
            case_id=case.id, channel_id="name-form", choice="go_on", name="n" * 201, key=key, now=now
        )
    for channel in ("name-form", "post-form"):
        services.make_choice(
            case_id=case.id, channel_id=channel, choice="go_on", name=" A\nName ", key=key, now=now
        )
    assert selectors.name_for(case.id, "name-form") == "A Name"
    assert name_given(selectors.choice_of(case.id, "name-form"))
    with pytest.raises(NotFoundError):
        selectors.name_for(case.id, "post-form")
    assert not any(b"Name" in bytes(row.name) for row in ChannelChoice.objects.all())
    services.make_choice(case_id=case.id, channel_id="name-form", choice="watch_only", key=key, now=now)
    with pytest.raises(NotFoundError):
        selectors.name_for(case.id, "name-form")


def test_a_channel_that_may_do_more_by_now_asks_anew(now: datetime) -> None:
    case, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    services.make_choice(case_id=case.id, channel_id="post-form", choice="go_on", key=key, now=now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=["may_publish"], now=now)
    [asked] = selectors.choices_waiting(case.id)
    assert set(asked.reasons) == {ChannelReason.TELLS_POSTER, ChannelReason.MAY_PUBLISH}


def test_what_was_not_asked_is_not_chosen(now: datetime) -> None:
    case, key = open_case(now)
    with pytest.raises(NotAskedError):
        services.make_choice(case_id=case.id, channel_id="post-form", choice="go_on", key=key, now=now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    with pytest.raises(NotAskedError):
        services.make_choice(case_id=case.id, channel_id="post-form", choice="", key=key, now=now)


def test_a_frozen_case_takes_no_choice(now: datetime) -> None:
    case, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    services.move_case(case_id=case.id, to=CaseState.FROZEN, actor=OFFICER, now=now)
    with pytest.raises(NotFoundError):
        services.make_choice(case_id=case.id, channel_id="post-form", choice="go_on", key=key, now=now)


def test_danger_passes_her_choice_over_and_is_logged(now: datetime) -> None:
    case, _key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="name-form", reasons=NAME, now=now)
    services.override_choice(
        case_id=case.id, channel_id="name-form", rule="danger", words="said so", actor=OFFICER, now=now
    )
    view = selectors.choice_of(case.id, "name-form")
    assert view is not None
    assert (view.overridden, view.overridden_label) == (ChoiceRule.DANGER, OFFICER.label)
    assert agreed(view, NAME)
    assert not name_given(view), "a rule never gives her name"
    assert selectors.choices_waiting(case.id) == (view,), "her name is hers to give"
    row = ChannelChoice.objects.get()
    assert row.overridden_by == OFFICER.staff_id
    assert b"said so" not in bytes(row.override_words)


@pytest.mark.parametrize(
    ("rule", "words", "choice"),
    [("minor", "a child", ""), ("danger", " ", ""), ("danger", "said so", "watch_only")],
)
def test_an_override_without_its_condition_is_refused(
    now: datetime, rule: str, words: str, choice: str
) -> None:
    case, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    if choice:
        services.make_choice(case_id=case.id, channel_id="post-form", choice=choice, key=key, now=now)
    with pytest.raises(OverrideRefusedError):
        services.override_choice(
            case_id=case.id, channel_id="post-form", rule=rule, words=words, actor=OFFICER, now=now
        )


def test_the_minor_rule_holds_on_the_minor_path_only_and_by_a_role_that_decides(now: datetime) -> None:
    case, _key = open_case(now, age_band=AgeBand.UNKNOWN)
    services.ask_choice(case_id=case.id, channel_id="post-form", reasons=MAY, now=now)
    with pytest.raises(NotAllowedError):
        services.override_choice(
            case_id=case.id, channel_id="post-form", rule="minor", words="a child",
            actor=actor(Role.OPERATOR), now=now,
        )  # fmt: skip
    services.override_choice(
        case_id=case.id, channel_id="post-form", rule="minor", words="a child", actor=OFFICER, now=now
    )
    assert agreed(selectors.choice_of(case.id, "post-form"), MAY)


def test_erasing_leaves_no_choice(now: datetime) -> None:
    case, key = open_case(now)
    services.ask_choice(case_id=case.id, channel_id="name-form", reasons=NAME, now=now)
    services.make_choice(
        case_id=case.id, channel_id="name-form", choice="go_on", name="A Name", key=key, now=now
    )
    services.erase_case(case_id=case.id, now=now)
    assert not ChannelChoice.objects.exists()
    with pytest.raises(NotFoundError):
        services.ask_choice(case_id=case.id, channel_id="name-form", reasons=NAME, now=now)
