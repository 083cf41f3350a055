"""The table of roles and actions, and the rule of two people."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.people.accounts import domain
from recourse.people.accounts.domain import Action, Role
from tests.wiring import START

CASE_ACTIONS = {
    Action.CASE_LIST,
    Action.CASE_OPEN,
    Action.CASE_ASSESS,
    Action.NOTICE_APPROVE,
    Action.MAIL_READ,
}
DECIDERS = {Role.OFFICER, Role.SUPERVISOR}


def test_the_tables_name_every_role() -> None:
    assert set(domain.ROLE_ACTIONS) == set(Role)
    assert set(domain.MAY_INVITE) == set(Role)


def test_every_action_is_somebodys() -> None:
    assert frozenset().union(*domain.ROLE_ACTIONS.values()) == set(Action)


@given(role=st.sampled_from(Role), action=st.sampled_from(Action))
def test_may_is_the_table_and_nothing_else(role: Role, action: Action) -> None:
    assert domain.may(role, action) is (action in domain.ROLE_ACTIONS[role])


@given(role=st.sampled_from(Role))
def test_who_reads_about_a_case_may_list_and_open_it(role: Role) -> None:
    if domain.ROLE_ACTIONS[role] & CASE_ACTIONS:
        assert {Action.CASE_LIST, Action.CASE_OPEN} <= domain.ROLE_ACTIONS[role]


def test_an_administrator_opens_nothing() -> None:
    assert not domain.ROLE_ACTIONS[Role.ADMINISTRATOR] & CASE_ACTIONS


def test_only_officers_and_supervisors_decide() -> None:
    for action in (Action.CASE_ASSESS, Action.NOTICE_APPROVE):
        assert {role for role in Role if domain.may(role, action)} == DECIDERS


@given(inviter=st.sampled_from(Role), invited=st.sampled_from(Role))
def test_nobody_but_an_administrator_makes_a_keeper_of_accounts(inviter: Role, invited: Role) -> None:
    if domain.may_invite(inviter, invited) and inviter is not Role.ADMINISTRATOR:
        assert not domain.may(invited, Action.STAFF_INVITE)
    if not domain.may(inviter, Action.STAFF_INVITE):
        assert not domain.may_invite(inviter, invited)


@given(actor=st.sampled_from(Role), subject=st.sampled_from(Role), action=st.sampled_from(Action))
def test_nobody_manages_above_her_rank(actor: Role, subject: Role, action: Action) -> None:
    if domain.may_manage(actor, subject, action):
        assert domain.may(actor, action)
        assert subject is not Role.ADMINISTRATOR or actor is Role.ADMINISTRATOR


@given(people=st.lists(st.integers(0, 2), min_size=3, max_size=3), hours=st.integers(0, 48))
def test_a_recovery_needs_three_different_people_in_a_day(people: list[int], hours: int) -> None:
    ids = [uuid4() for _ in range(3)]
    requester, subject, confirmer = (ids[number] for number in people)
    refusal = domain.recovery_refusal(
        requester=requester,
        subject=subject,
        confirmer=confirmer,
        requested_at=START,
        now=START + timedelta(hours=hours),
    )
    assert (refusal is None) == (len(set(people)) == 3 and hours <= 24)


@pytest.mark.parametrize("token", ["", "é", "\ud800", "x" * 10_000])
def test_any_text_has_a_digest(token: str) -> None:
    assert len(domain.token_digest(token)) == 32
