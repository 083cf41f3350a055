# ruff: noqa: INP001 - a folder of programs, no package
"""The page about states: every table is rendered from the code's own tables and enumerations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from types import ModuleType
from typing import Any

from reference_text import NONE, code, codes, first_line, said_of_members, said_of_rows, table

from recourse.base.jobs import domain as jobs
from recourse.people.accounts import domain as accounts
from recourse.work.cases.domain import states as cases
from recourse.work.hotline.domain import contact, telling, tries
from recourse.work.notices.domain import states as notices
from recourse.world.checks import domain as checks
from recourse.world.matching import domain as matching


def moves(states: type[Enum], to: Mapping[Any, Iterable[Any]], who: Mapping[str, str]) -> str:
    """Return a table of states: who acts next, and where each may move."""
    rows = (
        (code(one.value), who.get(one.name, ""), codes(after.value for after in states if after in to[one]))
        for one in states
    )
    return table(("state", "who acts next", "may move to"), rows)


def said_in_docstring(module: ModuleType) -> dict[str, str]:
    """Return the table in a module's docstring: `    name   words`, words going on below the words."""
    found: dict[str, str] = {}
    for line in (module.__doc__ or "").splitlines():
        if row := re.fullmatch(r" {4}([a-z_]+) +(\S.*)", line):
            found[row[1]] = row[2]
        elif found and line.startswith(" " * 8):
            found[[*found][-1]] += " " + line.strip()
    return found


def members(enum: type[Enum]) -> str:
    """Return a table of values with what is said beside each."""
    said = said_of_members(enum)
    if not any(said.values()):
        return codes(one.value for one in enum) + "\n"
    return table(("value", "meaning"), ((code(one.value), said[one.name]) for one in enum))


def states() -> str:
    """Return the page about states."""
    seen = checks.AvailabilityState
    grid = (
        [
            code(one.value),
            *(getattr(checks.TRANSITIONS.get((one, signal)), "value", NONE) for signal in checks.Signal),
        ]
        for one in seen
    )
    availability = table(
        ("state", "who acts next"), ((code(one.value), said_of_members(seen)[one.name]) for one in seen)
    )
    allowed = (
        [code(action.value), *("yes" if accounts.may(role, action) else "" for role in accounts.Role)]
        for action in accounts.Action
    )
    asked = (
        (code(state.value), code(how.value), code(after.value))
        for state, ways in tries.AFTER_A_TRY.items()
        for how, after in ways.items()
    )
    invites = ((code(role.value), codes(one.value for one in accounts.Role if one in accounts.MAY_INVITE[role]))
               for role in accounts.Role)  # fmt: skip
    parts = [
        ("Case", moves(cases.CaseState, cases.MOVES, said_of_members(cases.CaseState))),
        ("Why a case is opened", members(cases.Purpose)),
        ("What a decision rests on, and grounds", members(cases.Basis) + "\n" + members(cases.Grounds)),
        ("Words that no rule could read",
         moves(telling.MentionState, telling.MENTION_MOVES, said_of_members(telling.MentionState))),
        ("Told outside her page",
         table(("state", "who acts next"),
               ((code(one.value), said_of_members(contact.ReachState)[one.name]) for one in contact.ReachState))
         + "\nHow a person's try went:\n\n" + members(contact.Reached)
         + "\nWhat a try makes of the question whether an ending was hers; any other telling is done after its try.\n\n"
         + table(("state", "how the try went", "leads to"), asked)),
        ("Fingerprint", moves(matching.FingerprintState, matching.MOVES, said_of_members(matching.FingerprintState))
         + "\nWhy one is suspended:\n\n" + members(matching.Waits)
         + "\nA hash that companies may hold:\n\n"
         + table(("state", "who acts next"),
                 ((code(one.value), said_of_members(matching.ListingState)[one.name])
                  for one in matching.ListingState))),
        ("Notice", moves(notices.NoticeState, notices.TRANSITIONS, said_of_rows(notices, "TRANSITIONS"))),
        ("What was stopped, and turns out to have left",
         table(("state", "turns out as"),
               ((code(one.value), codes(after.value for after in to)) for one, to in notices.TURNED_OUT.items()))),
        ("Why a notice is held or cancelled", members(notices.Reason)),
        ("What a correction in the public log says", members(notices.Correction)),
        ("Answer: what they said of a line",
         first_line(notices.AnswerKind) + "\n\n" + members(notices.AnswerKind)),
        ("Mail that came in",
         table(("state", "who acts next"),
               ((code(one.value), said_of_members(notices.MailState)[one.name]) for one in notices.MailState))
         + "\nWhat it is:\n\n" + members(notices.MailCategory)
         + "\nHow it was joined to a notice:\n\n" + members(notices.TokenFound)
         + "\nIts DKIM signature:\n\n" + members(notices.Signature)),
        ("Availability: what we saw of a place",
         availability + "\nWhere a probe leads, by where the place stands and what the probe means there; "
         "a dash cannot happen.\n\n" + table(("state", *(code(one.value) for one in checks.Signal)), grid)
         + f"\nEnds that resolve a place: {codes(sorted(checks.RESOLVED))}.\n"),
        ("Roles and actions", table(("action", *(code(role.value) for role in accounts.Role)), allowed)
         + "\n" + table(("role", "may invite"), invites)),
        ("Account", table(("state", "who acts next"),
                          ((code(one.value), said_of_members(accounts.StaffState)[one.name])
                           for one in accounts.StaffState))),
        ("Job", table(("state", "who acts next"),
                      ((code(one.value), said_in_docstring(jobs)[one.value]) for one in jobs.JobState))),
        ("Outgoing message", moves(jobs.OutboxState, jobs.OUTBOX_MOVES,
                                   {one.name: said_in_docstring(jobs)[one.value] for one in jobs.OutboxState})),
    ]  # fmt: skip
    text = "# States\n\nEach table is the code's own. What they said and what we saw are two axes that never meet.\n"
    return text + "".join(f"\n## {title}\n\n{body}" for title, body in parts)
