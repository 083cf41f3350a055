"""What every story has: a survivor and an officer who meet only on the pages, and the town around them.

She reports, answers and reads with her code; the officer finds, decides, approves, fills in forms and records.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from recourse_town.browser import Page
from recourse_town.officers import Officer, Outside
from recourse_town.people import StoryError, Survivor, wait_until
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

    def holds_one(self, company: str) -> bool:
        """Tell whether a company holds exactly one notice."""
        return len(self.notices(company)) == 1

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
    outside: Outside
    survivor: Survivor = field(init=False)
    officer: Officer = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
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
        self.decide(self.link)
        self.say("An officer found the case by the link, said why, and decided without looking.")
        notice = self.approve(self.name, self.link)
        self.begun.set()
        return notice

    def decide(self, link: str) -> None:
        """Find the case of a link and decide that what is undecided in it is in scope."""
        page = wait_until("what she named to reach the desk", lambda: self._case_with_places(link))
        self.officer.assess(page, REASONS)

    def approve(self, company: str, link: str, kind: str = "Removal") -> str:
        """Let her answer what is asked, then read and approve the notice to a company; returns its number."""
        path = wait_until(
            f"a notice to {company} that may be approved", lambda: self._approvable(company, link, kind)
        )
        self.officer.approve(path)
        number = path.rpartition("/")[2]
        self.say(f"The officer read and approved notice {number} to {company}.")
        return number

    def _case_with_places(self, link: str) -> Page | None:
        page = self.officer.find(link)
        return page if page is not None and page.tree.css_first('input[name="item"]') else None

    def _approvable(self, company: str, link: str, kind: str) -> str | None:
        """Return the notice to a company once it may be approved; she answers meanwhile what is asked of her."""
        if self.survivor.decide("go_on"):
            self.say("She was asked whether we may, since they may tell others, and said: go on.")
        page = self.officer.find(link)
        for row in page.tree.css("table tbody tr") if page else ():
            named = row.css_first('a[href*="/notice/"]')
            if named is not None and company in row.text() and kind in row.text():
                path = named.attributes.get("href") or ""
                notice = self.officer.open_for(path, "approve_notice")
                if any("read" in form.names for form in notice.forms()):
                    return path
        return None

    def item(self, number: int) -> str:
        """Return the address of an item of her case at the desk."""
        page = self.officer.find(self.link)
        if page is None:
            raise StoryError("the desk does not find her case any more")
        return f"{urlsplit(page.url).path}/item/{number}"

    def by_hand(self, notice: str) -> str:
        """Fill in the company's form as a person does, and record it; returns their reference."""
        reference = wait_until(
            f"the work-sheet of {notice}",
            lambda: self.officer.submit_by_hand(f"/notice/{notice}", self.outside),
        )
        self.say(f"The officer copied the work-sheet into their form and noted their reference {reference}.")
        return reference

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
