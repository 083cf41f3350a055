"""Which elements a letter has, which are still missing, and which the approval itself supplies.

What a law asks for stands in `world.rules`; here stands what our letter says. Beside the laws the house has
rules of its own, which no law waives: a mandate, a channel a machine may use, the survivor's choice where the
poster may learn of the notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from recourse.work.cases.domain import ChannelReason
from recourse.work.notices.domain.letter import LetterFacts
from recourse.work.notices.domain.sentences import CONTENT
from recourse.world.rules.schema import Element, Regime


class HouseRule(StrEnum):
    """What we ask of ourselves before anything is sent."""

    MANDATE = "mandate"  # somebody's permission to act for her is live
    CHANNEL = "channel"  # there is a way there: mail for the machine, a form or portal for a person
    NAME = "name"  # the channel legally needs her name, and she agreed to that channel
    CHOICE = "choice"  # the poster may learn of it, or it may be published, and she chose to go on


class ElementState(StrEnum):
    """Whether the letter has an element."""

    HAS = "has"
    WITH_APPROVAL = "with_approval"  # the approving officer's name line
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ElementView:
    """One element as the desk shows it.

    Attributes:
        key: of the first regime's rule, or a house rule's.
        state: whether the letter has it.
        needs: values of `Element` that give it; empty for a house rule.
        regimes: ids of the regimes that ask for it; empty for a house rule.
        note: the rule's own words, or empty.
    """

    key: str
    state: ElementState
    needs: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What matters of a channel before anything is written to it.

    Attributes:
        usable: the machine may mail there, or a person has a form or portal to fill in.
        reasons: why each survivor behind the notice is asked first; empty when nobody has to be.
        agreed: every line is backed by somebody who agreed to that, or was passed over by a named rule.
        named: every line is backed by somebody who gave her name to this channel.
    """

    usable: bool
    reasons: frozenset[ChannelReason] = frozenset()
    agreed: bool = False
    named: bool = False


def channel_reasons(
    *, needs_name: bool, tells_poster: bool, may_publish: bool, not_stated: Iterable[str]
) -> frozenset[ChannelReason]:
    """Return why she is asked before this channel is used.

    A channel that does not say whether it tells the poster is taken as one that may.
    """
    reasons = {
        ChannelReason.NEEDS_NAME: needs_name,
        ChannelReason.TELLS_POSTER: tells_poster or "tells_poster" in not_stated,
        ChannelReason.MAY_PUBLISH: may_publish,
    }
    return frozenset(reason for reason, holds in reasons.items() if holds)


def present(facts: LetterFacts) -> frozenset[str]:
    """Return the elements (values of `Element`) that a letter of these facts has."""
    has = {Element.GOOD_FAITH, Element.ACCURACY, Element.NO_CONSENT}  # every letter says these
    if facts.urls:
        has |= {Element.LOCATION, Element.IDENTIFICATION}
    if facts.mandate_since:
        has.add(Element.CAPACITY)
    if facts.seen_at:
        has.add(Element.PRESENCE)
    if facts.agency and facts.address:
        has |= {Element.CONTACT, Element.NOTIFIER}
    if set(facts.grounds) & set(CONTENT):
        has |= {Element.REASONS, Element.CONTENT_CLASS}
    if facts.signer:
        has.add(Element.SIGNATURE)
    return frozenset(element.value for element in has)


def law_elements(facts: LetterFacts, regimes: Iterable[Regime]) -> tuple[ElementView, ...]:
    """Return what these laws ask for, rules that the same elements give merged into one, in their order."""
    has, once_signed = present(facts), present(signed(facts))
    views: dict[frozenset[str], ElementView] = {}
    for regime in regimes:
        for rule in regime.elements:
            if not rule.required:
                continue
            needs = frozenset(element.value for element in rule.met_by)
            known = views.get(needs)
            if known:
                views[needs] = replace(known, regimes=(*known.regimes, regime.id))
                continue
            state = ElementState.MISSING
            if needs <= has:
                state = ElementState.HAS
            elif needs <= once_signed:
                state = ElementState.WITH_APPROVAL
            views[needs] = ElementView(rule.key, state, tuple(sorted(needs)), (regime.id,), rule.note or "")
    return tuple(views.values())


def signed(facts: LetterFacts, label: str = "?") -> LetterFacts:
    """Return the facts as they would be once approved."""
    return replace(facts, signer=facts.signer or label)


def house_rules(facts: LetterFacts, channel: ChannelFacts) -> tuple[ElementView, ...]:
    """Return our own rules that apply to this channel, and whether they are met."""

    def view(rule: HouseRule, *, met: bool) -> ElementView:
        return ElementView(rule.value, ElementState.HAS if met else ElementState.MISSING)

    views = [
        view(HouseRule.MANDATE, met=facts.mandate_since is not None),
        view(HouseRule.CHANNEL, met=channel.usable),
    ]
    if ChannelReason.NEEDS_NAME in channel.reasons:
        views.append(view(HouseRule.NAME, met=channel.named))
    if channel.reasons - {ChannelReason.NEEDS_NAME}:
        views.append(view(HouseRule.CHOICE, met=channel.agreed))
    return tuple(views)
