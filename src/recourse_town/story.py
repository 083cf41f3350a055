"""The main job, told by the people who do it: one report to one verified removal."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from recourse_town.browser import Page
from recourse_town.people import Officer, StoryError, Survivor, wait_until

PLACE = "https://t.me/quietharbour/101"
ANSWERS = {
    # A choice left empty takes the first one offered: found online; it is about me; 18 or over.
    "what_happened": "",
    "for_whom": "",
    "age_in_picture": "",
    "places": f"{PLACE}\nsomebody also spoke of a group called boats",
    "words": "I found it this morning. I do not know who made it.",
}
GONE = "Gone from 1 place"
CLAIMS_REMOVED = "claims_removed"


@dataclass
class Teller:
    """Says what happened, with the time since the story began."""

    began: float

    def say(self, text: str) -> None:
        """Print one line at once."""
        print(f"  {time.monotonic() - self.began:5.1f} s  {text}", flush=True)


def tell(*, port: int, town: Path, enrol: str) -> bool:
    """Do the main job on a site; tells whether it ended in a removal that the site saw itself."""
    teller = Teller(time.monotonic())
    control = json.loads(town.read_text("utf-8"))["control"]
    try:
        survivor = Survivor(port)
        code = survivor.report(ANSWERS)
        teller.say(f"A survivor reported one place and kept her code ({len(code)} signs, shown once).")
        _work_the_desk(port, enrol, control, teller)
        page = wait_until("the survivor to read that it is gone", lambda: _reads_gone(survivor))
        teller.say("The survivor opens her case with the code and reads:")
        _quote(page)
    except (StoryError, LookupError) as error:
        teller.say(f"The story broke off: {error}")
        return False
    return _ended_well(control, teller)


def _work_the_desk(port: int, enrol: str, control: str, teller: Teller) -> None:
    officer = Officer(port)
    officer.enrol(enrol)
    teller.say("An officer made a passkey and signed in.")
    page = wait_until("the report to reach the desk", lambda: _case_with_places(officer))
    teller.say("The officer opened the case, said why, and saw the place but no picture.")
    officer.assess(page, "Her statement and the text beside it; she is recognisable and did not consent.")
    teller.say("Decision recorded: in scope.")
    notice = wait_until("a notice to be drafted", lambda: _link(officer, "/notice/"))
    officer.approve(notice)
    teller.say("A notice was drafted by machine, read and approved by the officer.")
    wait_until("the notice to arrive", lambda: _letters(control) or None)
    teller.say("Evidence was captured, the post was still there, and the signed notice arrived by mail.")
    mail = wait_until("an answer by mail", lambda: _answer(officer))
    officer.record(mail, CLAIMS_REMOVED)
    teller.say('The platform answered by mail. Recorded as what they say: "removed". It closes nothing.')


def _case_with_places(officer: Officer) -> Page | None:
    try:
        page = officer.open_case("assess")
    except LookupError:
        return None
    return page if page.tree.css_first('input[name="item"]') else None


def _link(officer: Officer, part: str) -> str | None:
    try:
        return officer.open_case("approve_notice").link(containing=part)
    except LookupError:
        return None


def _answer(officer: Officer) -> str | None:
    try:
        return officer.browser.get("/mail").link(containing="/mail/")
    except LookupError:
        return None


def _reads_gone(survivor: Survivor) -> Page | None:
    page = survivor.look()
    return page if GONE in page.text else None


def _quote(page: Page) -> None:
    heading = page.tree.css_first("h1")
    print(f"           {heading.text().strip() if heading else page.text[:80]}")
    for stop in page.tree.css(".track li"):
        print(f"             {' '.join(stop.text(separator=' ').split())}")


def _letters(control: str) -> list[dict[str, str]]:
    return list(_state(control)["letters"])


def _state(control: str) -> dict[str, Any]:
    with urlopen(f"{control}/state", timeout=5) as answer:  # noqa: S310 - loopback, from town.json
        return dict(json.load(answer))


def _ended_well(control: str, teller: Teller) -> bool:
    state = _state(control)
    up = {post["place"] for post in state["posts"] if post["up"]}
    letters = {letter["message_id"] for letter in state["letters"]}
    well = "quietharbour/101" not in up and len(state["letters"]) == len(letters) == 1
    teller.say(
        "The platform holds exactly one notice, and the post is not there."
        if well
        else f"The platform holds {len(state['letters'])} mails with {len(letters)} Message-IDs."
    )
    return well
