"""Five stories, told at the same time by the people who live them. What the companies do stands with each post."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from recourse_town import places
from recourse_town.browser import Page
from recourse_town.companies import AUTHORITY, HOSTWORK
from recourse_town.officers import Outside
from recourse_town.people import PATIENCE, StoryError, wait_until
from recourse_town.story import Story, Town
from recourse_town.telling import Board

GONE = "Gone from 1 place"
HOST = "Website host"  # what the desk calls whoever runs a site of its own
# How far business time may jump at once, in hours: two minutes while a form is filled in, usually, in days of silence.
STILL, NEAR, FAR = 1 / 30, 2.0, 24.0 * 8


class Told(Story):
    """A story that can be told. `others` are those that are lived at the same time."""

    steps: ClassVar[int]
    others: Sequence[Told] = ()

    def tell(self) -> bool:
        """Live it to its end; tells whether it ended as it should."""
        raise NotImplementedError


class Removes(Told):
    """They acknowledge, remove and say so."""

    steps = 7

    def tell(self) -> bool:
        """Live it."""
        notice = self.begin()
        wait_until("the notice to arrive", lambda: self.town.notices("Telegram Support") or None)
        self.say("Evidence was captured, it was still there, and the signed notice arrived by mail.")
        self.hear(notice, "claims_removed")
        self.say("They wrote: removed. Recorded as what they say; it closes nothing.")
        self.keep(self.reads("that it is gone", lambda page: GONE in page.text))
        self.say("We looked twice, an hour apart, from two countries. She reads: gone.")
        return not self.town.is_up("quietharbour/101") and self.town.holds_one("Telegram Support")


class RemovesLater(Told):
    """They acknowledge with a reference, and act on another day."""

    steps = 8

    def tell(self) -> bool:
        """Live it."""
        notice = self.begin()
        self.by_hand(notice)
        self.reads("that they have it", lambda page: "Acknowledged" in page.text)
        self.say("They acknowledged by mail. She reads: acknowledged, still there.")
        self.town.tell("/act", platform="x")
        self.hear(notice, "claims_removed")
        self.say("Later they wrote: removed. Recorded as what they say.")
        self.keep(self.reads("that it is gone", lambda page: GONE in page.text))
        self.say("We looked twice, an hour apart, from two countries. She reads: gone.")
        return not self.town.is_up("x/1864201773350010112") and self.town.holds_one("Murmur Support")


class Hides(Told):
    """They hide it from one country, which is not removing it."""

    steps = 7

    def tell(self) -> bool:
        """Live it."""
        notice = self.begin()
        self.by_hand(notice)
        self.hear(notice, "claims_restricted")
        self.say("They wrote: restricted in your country. Recorded as what they say.")
        self.keep(self.reads("that it is only hidden", lambda page: "Hidden" in found(page)))
        self.say("Gone at home and up abroad, twice, an hour apart. She reads: hidden, not gone.")
        return self.town.is_up("facebook/10158826640101729") and GONE not in self.survivor.look().text


class Refuses(Told):
    """They say no, with a reason; the same is not asked again the same way."""

    steps = 7

    def tell(self) -> bool:
        """Live it."""
        notice = self.begin()
        self.by_hand(notice)
        self.hear(notice, "refused", "no_violation")
        self.say("They wrote: no, it does not go against our guidelines. Recorded with the reason.")
        self.keep(self.reads("that they refused", lambda page: "Says no" in page.text))
        again = self.officer.may_ask_again(self.item(1), "removal meta-ncii-ig")
        self.say("The same is not asked again without new facts; the desk proposes another way.")
        return not again and self.town.is_up("instagram/DuskHarb0ur")


class StaysSilent(Told):
    """They never answer; an authority is asked, while a second copy turns up and is removed by its host."""

    steps = 18

    def tell(self) -> bool:
        """Live it."""
        notice = self.begin()
        self.by_hand(notice)
        self._wait_in_vain(notice)
        authority = self._escalate()
        self._find_a_copy()
        self.town.tell("/time", hours=NEAR)
        self.keep(self.reads("that the copy is gone", lambda page: GONE in page.text))
        self.say("We looked twice, an hour apart. She reads: the copy is gone, the first is still there.")
        return (
            self.town.is_up("youtube/dUskH4rb0ur")
            and not self.town.is_up("web//boats/evening-light")
            and self.town.holds_one(authority)
            and self.town.holds_one("Hostwork Abuse Desk")
        )

    def _wait_in_vain(self, notice: str) -> None:
        """Let days pass until a timer says that they were silent, and remind them."""
        for other in self.others:
            other.begun.wait(PATIENCE)  # a jump of days would end what somebody has half written
        self.town.tell("/time", hours=FAR)
        wait_until("silence to be set", lambda: self.officer.is_overdue(notice) or None)
        self.say("Days passed. A timer set the silence, with its date; the desk shows it as late.")
        wait_until("a reminder to be possible", lambda: self.officer.remind(f"/notice/{notice}") or None)
        self.town.tell("/time", hours=STILL)
        self.by_hand(notice)
        self.say("The officer reminded them, in the time that the company itself names.")

    def _escalate(self) -> str:
        """Ask the authority for a formal decision."""
        self.officer.ask_further(self.item(1), "blocking kmcsc-portal")
        self.by_hand(self.approve(AUTHORITY.name, self.link, "Blocking"))
        self.say("Still no answer: an authority was asked for a decision.")
        return AUTHORITY.name

    def _find_a_copy(self) -> None:
        """Let her name the copy that turned up, and have its host asked."""
        self.survivor.add(places.COPY)
        self.say("Meanwhile a copy turned up elsewhere. She added it with her code.")
        wait_until("the copy to reach the desk", lambda: self.officer.find(places.COPY))
        self.officer.enter_host(self.item(2), HOSTWORK.address)
        self.decide(places.COPY)
        self.say("The officer entered whom the host wants to be written to, and decided.")
        notice = self.approve(HOST, places.COPY)
        self.hear(notice, "claims_removed")
        self.say("The host wrote: removed. Recorded as what they say.")


def found(page: Page) -> str:
    """Return what a survivor reads of her places: the states at their heads."""
    return " ".join(head.text() for head in page.tree.css("article.place header .state"))


STORIES: tuple[tuple[type[Told], str, str], ...] = (
    (Removes, "Kanal", places.TELEGRAM),
    (RemovesLater, "Murmur", places.X),
    (Hides, "Lumo", places.FACEBOOK),
    (Refuses, "Fotoly", places.INSTAGRAM),
    (StaysSilent, "Vidra", places.YOUTUBE),
)


def tell(*, port: int, town: Path, enrol: Sequence[str]) -> bool:
    """Tell all stories on a site; tells whether each ended as it should."""
    world, outside = Town(json.loads(town.read_text("utf-8"))["control"]), Outside.read(town)
    board = Board(steps=sum(kind.steps for kind, _name, _link in STORIES))
    told = [
        kind(name, link, port, one, world, board, outside)
        for (kind, name, link), one in zip(STORIES, enrol, strict=True)
    ]
    for story in told:
        story.others = [other for other in told if other is not story]
    threads = [threading.Thread(target=_live, args=(story,), name=story.name) for story in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    board.end()
    board.table([outcome for story in told for outcome in story.outcomes])
    return all(story.well for story in told) and _never_twice(world)


def _live(story: Told) -> None:
    try:
        story.well = story.tell()
        if not story.well:
            story.say("THIS STORY DID NOT END AS IT SHOULD.")
    except (StoryError, LookupError, OSError) as error:
        story.say(f"THE STORY BROKE OFF: {error}")
    finally:
        story.begun.set()


def _never_twice(town: Town) -> bool:
    """Tell whether no company holds a notice twice: every Message-ID and every reference is held once."""
    letters = town.state()["letters"]
    ids = [letter["message_id"] or letter["reference"] for letter in letters]
    return len(ids) == len(set(ids))
