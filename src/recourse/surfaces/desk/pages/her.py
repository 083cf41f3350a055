"""The page about reaching the survivor: messages, her safe contact, a new code, her choices, what she ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from recourse.people.accounts.domain import Action, Actor, Role, may
from recourse.surfaces.desk.words import CONTACT_HOW
from recourse.surfaces.desk.words_her import (
    CHANNEL_REASONS,
    CHOICE_RULES,
    CHOICES,
    CONFIRMED,
    ENDINGS,
    LINKS,
    PICKUP_STATES,
    REACH_STATES,
    REACHED,
    TELLS,
)
from recourse.surfaces.frame.places import place_words
from recourse.work.cases.domain import ChoiceView, EndingView, LinkView, OpenCase
from recourse.work.hotline.domain import (
    AFTER_A_TRY,
    ContactHow,
    OpenContact,
    PickupView,
    ReachRow,
    Talk,
    is_number,
    needs_supervisor,
)
from recourse.world.matching.domain import FingerprintView
from recourse.world.rules.load import rules

State = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Around:
    """What the rooms know of how she is reached."""

    talks: Sequence[Talk]
    contact: OpenContact | None
    reached: Sequence[ReachRow]
    pickup: PickupView | None
    choices: Sequence[ChoiceView]
    links: Sequence[LinkView]
    ending: EndingView | None
    fingerprints: Sequence[FingerprintView]


@dataclass(frozen=True, slots=True)
class ReachLine:
    """One telling outside her page."""

    id: UUID
    what: str
    state: State
    at: datetime
    due_at: datetime
    label: str
    outcome: str
    waits: str  # the state in which a person has something to record, else ""
    outcomes: tuple[tuple[str, str], ...]  # how it may have gone, as this person may record it

    @property
    def key(self) -> str:
        """The id as a form carries it."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One channel she was asked about."""

    channel_id: str
    name: str
    reasons: str
    state: State
    asked_at: datetime
    decided_at: datetime | None
    has_name: bool
    overridden: str
    may_override: bool


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One place about whose link she is asked."""

    number: int
    what: str
    words: str
    open: bool


@dataclass(frozen=True, slots=True)
class HerPage:
    """Everything the page shows."""

    number: str
    frozen: bool
    legal_hold: bool
    talks: Sequence[Talk]
    unread: int
    contact: tuple[tuple[str, str], ...]
    mailbox: bool
    number_known: bool
    reached: tuple[ReachLine, ...]
    pickup: PickupView | None
    pickup_words: str
    pickup_ready: bool
    choices: tuple[ChoiceLine, ...]
    links: tuple[LinkLine, ...]
    ending: str
    ending_at: datetime | None
    fingerprints: int
    may_note: bool
    may_protect: bool
    may_assess: bool

    @property
    def confirmations(self) -> list[tuple[str, str, str]]:
        """Why we may believe that it is she; the first only when she gave a number."""
        offered = CONFIRMED.items() if self.number_known else [*CONFIRMED.items()][1:]
        return [(key, str(words), str(hint)) for key, (words, hint) in offered]

    @property
    def rules(self) -> list[tuple[str, str, str]]:
        """The rules by which a person may go on without her choice."""
        return [(key, str(words), str(hint)) for key, (words, hint) in CHOICE_RULES.items()]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Who may be able to open a link."""
        return [(key, str(words)) for key, words in LINKS.items() if key != "asked"]


def her_page(case: OpenCase, around: Around, *, actor: Actor, now: datetime) -> HerPage:
    """Return the page of an opened case."""
    contact, pickup, ending = around.contact, around.pickup, around.ending
    frozen = case.state == "frozen"
    supervised = not frozen or actor.role is Role.SUPERVISOR
    decides = may(actor.role, Action.CASE_ASSESS)
    return HerPage(
        number=case.number,
        frozen=frozen,
        legal_hold=case.legal_hold,
        talks=around.talks,
        unread=sum(1 for one in around.talks if one.from_her and one.read_at is None),
        contact=tuple(_contact(contact)),
        mailbox=contact is not None and contact.may_be_mailed,
        number_known=contact is not None and contact.how is ContactHow.PHONE and is_number(contact.address),
        reached=tuple(_reach(one, actor) for one in around.reached),
        pickup=pickup,
        pickup_words=str(PICKUP_STATES[pickup.state]) if pickup else "",
        pickup_ready=pickup is not None
        and pickup.state in {"confirmed", "handed_over"}
        and pickup.ready_at <= now
        and not pickup.by_mail,
        choices=tuple(choice_line(one, decides=decides) for one in around.choices),
        links=tuple(_link(one) for one in around.links),
        ending=str(ENDINGS[ending.kind]) if ending else "",
        ending_at=ending.final_at if ending else None,
        fingerprints=len(around.fingerprints),
        may_note=may(actor.role, Action.CASE_NOTE),
        may_protect=may(actor.role, Action.CASE_PROTECT) and supervised,
        may_assess=decides,
    )


def _contact(contact: OpenContact | None) -> Iterable[tuple[str, str]]:
    if contact is None:
        yield _("How"), str(CONTACT_HOW["page_only"])
        return
    yield _("How"), str(CONTACT_HOW[contact.how])
    if contact.address:
        yield _("Where"), contact.address
        yield _("Message"), _("A message may be left.") if contact.may_leave else _("Leave no message.")
    if contact.window:
        yield _("Her hours"), contact.window


def _reach(row: ReachRow, actor: Actor) -> ReachLine:
    kind, sign, words = REACH_STATES[row.state]
    tries = [
        how
        for how in AFTER_A_TRY.get(row.state, ())
        if actor.role is Role.SUPERVISOR or not needs_supervisor(row.state, how)
    ]
    return ReachLine(
        id=row.id,
        what=str(TELLS[row.what]),
        state=(kind, sign, str(words)),
        at=row.at,
        due_at=row.due_at,
        label=row.label,
        outcome=str(REACHED[row.outcome]) if row.outcome else "",
        waits=row.state if tries else "",
        outcomes=tuple((how.value, str(REACHED[how])) for how in tries),
    )


def choice_line(view: ChoiceView, *, decides: bool) -> ChoiceLine:
    """Return how one channel stands with her."""
    kind, sign, words = CHOICES[view.choice]
    return ChoiceLine(
        channel_id=view.channel_id,
        name=channel_name(view.channel_id),
        reasons=" · ".join(str(CHANNEL_REASONS[reason]) for reason in view.reasons),
        state=(kind, sign, str(words)),
        asked_at=view.asked_at,
        decided_at=view.decided_at,
        has_name=view.has_name,
        overridden=str(CHOICE_RULES[view.overridden][0]) if view.overridden else "",
        may_override=decides and view.choice == "" and view.overridden is None,
    )


def channel_name(channel_id: str) -> str:
    """Return whose channel it is, as a person knows it; its id where the rules know it no longer."""
    try:
        recipient, _channel = rules().channel(channel_id)
    except KeyError:
        return channel_id
    return recipient.name


def _link(view: LinkView) -> LinkLine:
    return LinkLine(view.number, place_words(view.platform), str(LINKS[view.seen]), view.seen == "asked")
