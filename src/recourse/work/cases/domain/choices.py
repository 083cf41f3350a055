"""What she is asked before something is sent on a channel that may tell more than we do, and what she chose.

A recipient that does not say whether it tells the poster is treated as one that may: her safety does not
rest on somebody's silence. Refuses: a choice made for her, other than by a rule that is named and logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from recourse.base.core.errors import BadInputError, NotAllowedError
from recourse.base.core.marking import gettext_noop

LONGEST_NAME = 200


class ChannelReason(StrEnum):
    """Why she is asked."""

    NEEDS_NAME = "needs_name"  # the channel legally needs her name
    TELLS_POSTER = "tells_poster"  # whoever posted it may learn of the request; also where nothing is said
    MAY_PUBLISH = "may_publish"  # the request may be published


class Choice(StrEnum):
    """What she chose for one channel. The comment says who must act next."""

    NOT_YET = ""  # she; nothing is sent on this channel
    GO_ON = "go_on"  # an officer: approve
    WATCH_ONLY = "watch_only"  # our checks; nothing is sent on this channel
    TALK_FIRST = "talk_first"  # a person of ours: talk to her; nothing is sent meanwhile


class ChoiceRule(StrEnum):
    """Why a person may go on without her choice. It never gives her name."""

    DANGER = "danger"  # waiting for her would put somebody in danger
    MINOR = "minor"  # the minor path: the child is not made to decide


class NameNeededError(BadInputError):
    """She went on with a channel that needs her name, and gave none."""

    code = "name_needed"
    sentence = gettext_noop(
        "This company takes a request only with a name. Write the name, or choose one of the other two."
    )


class NotAskedError(NotAllowedError):
    """Nothing was asked about this channel."""

    code = "choice_not_asked"
    sentence = gettext_noop("There is nothing to choose here. Look at the page again.")


class OverrideRefusedError(NotAllowedError):
    """The rule does not hold in this case."""

    code = "override_refused"
    sentence = gettext_noop(
        "This rule does not hold here. The rule for minors needs the minor path; either rule needs your reason."
    )


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """How one channel stands with her: what she was asked and what she chose. Names nobody."""

    channel_id: str
    reasons: tuple[ChannelReason, ...]
    asked_at: datetime
    choice: Choice
    decided_at: datetime | None
    has_name: bool
    overridden: ChoiceRule | None
    overridden_label: str


def agreed(view: ChoiceView | None, reasons: Iterable[ChannelReason]) -> bool:
    """Tell whether she agreed to everything this channel may do, her name aside."""
    asked = set(reasons) - {ChannelReason.NEEDS_NAME}
    if not asked:
        return True
    if view is None or view.choice in {Choice.WATCH_ONLY, Choice.TALK_FIRST}:
        return False
    if view.overridden is not None:
        return True
    return view.choice is Choice.GO_ON and asked <= set(view.reasons)


def name_given(view: ChoiceView | None) -> bool:
    """Tell whether she gave her name to this channel."""
    return view is not None and view.choice is Choice.GO_ON and view.has_name


def open_question(view: ChoiceView) -> bool:
    """Tell whether her page still has to ask. Her name is hers to give: no rule of ours answers for it."""
    if view.choice is not Choice.NOT_YET:
        return False
    return view.overridden is None or ChannelReason.NEEDS_NAME in view.reasons
