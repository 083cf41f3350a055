"""Five stories, told at the same time by the people who live them: a survivor and an officer each.

They meet only on the pages: she reports, answers and reads with her code; the officer finds, decides, approves,
fills in forms and records. What the companies do stands with each post (`places`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from recourse_town import places
from recourse_town.browser import Page
from recourse_town.people import Officer, StoryError, Survivor, wait_until
from recourse_town.telling import Board, Outcome

ANSWERS = {
    # A choice left empty takes the first one offered: found online; it is about me; 18 or over.
    "what_happened": "",
    "for_whom": "",
    "age_in_picture": "",
    "words": "I found it this morning. I do not know who made it.",
}
REASONS = "Her statement and the text beside it; she is recognisable and did not consent."


@dataclass
class Town:
    """The town as its control page tells it."""

    control: str

    def state(self) -> dict[str, Any]:
        """Return what is up and what the companies hold."""
        with urlopen(f"{self.control}/state", timeout=5) as answer:  # noqa: S310 - loopback, from town.json
            return dict(json.load(answer))

    def tell(self, path: str, **values: object) -> None:
        """Ask for something of the town's own, such as that a company acts now."""
        request = Request(f"{self.control}{path}", data=json.dumps(values).encode(), method="POST")  # noqa: S310
        with urlopen(request, timeout=5):  # noqa: S310 - loopback
            pass

    def notices(self, company: str) -> list[dict[str, str]]:
        """Return what a company's desk holds."""
        return [one for one in self.state()["letters"] if one["company"] == company]

    def is_up(self, place: str) -> bool:
        """Tell whether a post is there, hidden or not."""
        return any(post["place"] == place and post["up"] for post in self.state()["posts"])


@dataclass
class Story:
    """One survivor, one officer, one company."""

    name: str
    link: str
    port: int
    enrol: str
    town: Town
    board: Board
    survivor: Survivor = field(init=False)
    officer: Officer = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    well: bool = False

    def __post_init__(self) -> None:
        self.survivor, self.officer = Survivor(self.port), Officer(self.port)

    def say(self, text: str) -> None:
        """Tell a step."""
        self.board.say(self.name, text)

    # -- what every story begins with ------------------------------------------------------------------------

    def begin(self) -> str:
        """Report, decide, draft and approve; returns the number of the approved notice."""
        self.survivor.report(ANSWERS | {"places": self.link})
        self.say("A survivor reported one place and kept her code.")
        self.officer.enrol(self.enrol)
        page = wait_until("the report to reach the desk", lambda: self._case_with_places(self.link))
        self.officer.assess(page, REASONS)
        self.say("An officer found the case by the link, said why, and decided without looking.")
        return self.approve(self.name)

    def approve(self, company: str) -> str:
        """Let her answer what is asked, then read and approve the notice to a company; returns its number."""
        path = wait_until(f"a notice to {company} that may be approved", lambda: self._approvable(company))
        self.officer.approve(path)
        number = path.rpartition("/")[2]
        self.say(f"The officer read and approved notice {number} to {company}.")
        return number

    def _case_with_places(self, link: str) -> Page | None:
        page = self.officer.find(link)
        return page if page is not None and page.tree.css_first('input[name="item"]') else None

    def _approvable(self, company: str) -> str | None:
        """Return the notice to a company once it may be approved; she answers meanwhile what is asked of her."""
        if self.survivor.decide("go_on"):
            self.say("She was asked whether we may, since they may tell others, and said: go on.")
        page = self.officer.find(self.link)
        for row in page.tree.css("table tbody tr") if page else ():
            link = row.css_first('a[href*="/notice/"]')
            if link is not None and company in row.text():
                path = link.attributes.get("href") or ""
                notice = self.officer.open_for(path, "approve_notice")
                if any("read" in form.names for form in notice.forms()):
                    return path
        return None

    # -- what they answer, and what she reads ----------------------------------------------------------------

    def hear(self, notice: str, kind: str, reason: str = "") -> None:
        """Wait for a mail about a notice and record what it says."""
        mail = wait_until(f"an answer to {notice}", lambda: self.officer.mail_about(notice))
        self.officer.record(mail, kind, reason)

    def reads(self, what: str, holds: Callable[[Page], bool]) -> Page:
        """Let her look until her page says it."""

        def look() -> Page | None:
            page = self.survivor.look()
            return page if holds(page) else None

        return wait_until(f"the survivor to read {what}", look)

    def keep(self, page: Page) -> None:
        """Keep what she reads of each place, for the table."""
        for number, place in enumerate(page.tree.css("article.place"), start=1):
            stops = [" ".join(stop.text(separator=" ").split()) for stop in place.css(".track li")]
            said = [stop for stop in stops[1:] if not stop.startswith("We checked")]
            found = place.css_first("header .state")
            self.outcomes.append(
                Outcome(
                    item=f"{self.name}, place {number}",
                    asked=stops[0].removeprefix("Asked ") if stops else "-",
                    answered=said[-1] if said else "-",
                    found=" ".join(found.text().split()) if found else "-",
                )
            )


class Removes(Story):
    """They acknowledge, remove and say so."""

    steps = 6

    def tell(self) -> bool:
        """Tell it."""
        notice = self.begin()
        wait_until("the notice to arrive", lambda: self.town.notices("Telegram Support") or None)
        self.say("Evidence was captured, it was still there, and the signed notice arrived by mail.")
        self.hear(notice, "claims_removed")
        self.say("They wrote: removed. Recorded as what they say; it closes nothing.")
        self.keep(self.reads("that it is gone", lambda page: "Gone from 1 place" in page.text))
        self.say("We looked twice, an hour apart, from two countries. She reads: gone.")
        return not self.town.is_up("quietharbour/101") and _one_notice(self.town, "Telegram Support")


def _one_notice(town: Town, company: str) -> bool:
    """Tell whether a company holds exactly one notice, once."""
    return len(town.notices(company)) == 1


STORIES: tuple[tuple[type[Removes], str, str], ...] = ((Removes, "Kanal", places.TELEGRAM),)


def tell(*, port: int, town: Path, enrol: list[str]) -> bool:
    """Tell all stories on a site; tells whether each ended as it should."""
    outside = Town(json.loads(town.read_text("utf-8"))["control"])
    board = Board(steps=sum(kind.steps for kind, _name, _link in STORIES))
    told = [
        kind(name, link, port, one, outside, board)
        for (kind, name, link), one in zip(STORIES, enrol, strict=True)
    ]
    threads = [threading.Thread(target=_live, args=(story,), name=story.name) for story in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    board.end()
    board.table([outcome for story in told for outcome in story.outcomes])
    return all(story.well for story in told) and _never_twice(outside)


def _live(story: Removes) -> None:
    try:
        story.well = story.tell()
        if not story.well:
            story.say("THIS STORY DID NOT END AS IT SHOULD.")
    except (StoryError, LookupError, OSError) as error:
        story.say(f"THE STORY BROKE OFF: {error}")


def _never_twice(town: Town) -> bool:
    """Tell whether no letter came twice: a Message-ID or a reference is held once."""
    letters = town.state()["letters"]
    ids = [letter["message_id"] or letter["reference"] for letter in letters]
    return len(ids) == len(set(ids))
