"""The survivors of the stories, and what everybody in them does: wait, look, find the right form.

They do what anybody can do in a browser: open pages, fill in forms, press buttons, read. They know the words on
the pages and nothing of the program behind them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from recourse_town.browser import Browser, Form, Page

PATIENCE = 90.0  # seconds of real time before a person of the story gives up
HER_NAME = "Somebody of the harbour"  # for the companies that ask for a name, and only for them
CHANGED = 409  # the letter is not the one that was read any more
LOOK_AGAIN = 0.4
T = TypeVar("T")


class StoryError(Exception):
    """A page was not what the story needs; says which and what was missing."""


def wait_until(what: str, look: Callable[[], T | None]) -> T:
    """Look again and again until there is something to see.

    Raises:
        StoryError: there was nothing for a minute and a half.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen = look()
        if seen is not None:
            return seen
        time.sleep(LOOK_AGAIN)
    raise StoryError(f"waited {PATIENCE:.0f} s in vain for {what}")


def need(page: Page, status: int = 200) -> Page:
    """Return the page if it answered with `status`.

    Raises:
        StoryError: it did not.
    """
    if page.status != status:
        raise StoryError(f"{urlsplit(page.url).path} answered {page.status}: {page.text[:200]}")
    return page


class Survivor:
    """Someone who found a post and reports it, without JavaScript and without an account."""

    def __init__(self, port: int, *, patience: float = 0.0) -> None:
        self._patience = patience
        self._port = port
        self._browser = Browser("localhost", port, patience=patience)
        self.code = ""

    def report(self, answers: dict[str, str]) -> str:
        """Answer the questions (text by question; a choice takes the first; unknown ones are skipped), send.

        Returns:
            The case code.
        """
        page = need(self._browser.get("/report"))
        for _ in range(20):
            question = urlsplit(page.url).path.rpartition("/")[2]
            if question == "check":
                break
            if question == "fingerprints":  # made by a script on her own device; the town has none
                page = need(self._browser.submit(form_to(page, "/report/fingerprints")))
                continue
            page = need(self._answer(page, question, answers))
        page = need(self._browser.submit(form_to(page, "/report/send")))
        code = page.tree.css_first("#whole")
        if code is None:
            raise StoryError(f"no code on {urlsplit(page.url).path}: {page.text[:200]}")
        self.code = code.attributes.get("value") or ""
        need(self._browser.submit(form_to(page, "/code/kept")))
        return self.code

    def _answer(self, page: Page, question: str, answers: dict[str, str]) -> Page:
        form = page.form(having="skip")
        if question not in answers:
            return self._browser.submit(form, press="skip")
        choice = page.tree.css_first(
            f"input[type=radio][name={question}], input[type=checkbox][name={question}]"
        )
        if choice is not None:
            wanted = answers[question] or choice.attributes.get("value") or ""
            return self._browser.submit(form, {question: wanted})
        return self._browser.submit(form, {question: answers[question]})

    def look(self) -> Page:
        """Open the case with the code, as on another day and another phone."""
        self.leave()
        self._browser = Browser("localhost", self._port, patience=self._patience)
        page = need(self._browser.get("/"))
        return need(self._browser.submit(page.form(having="code"), {"code": self.code}))

    def decide(self, choice: str) -> int:
        """Answer every question of her page that waits, the same way; returns how many there were."""
        page = self.look()
        asked = 0
        while page.tree.css_first(".say.ask a[href]") is not None:
            questions = need(self._browser.get(page.link(containing="/case/questions")))
            form = form_to(questions, "/case/choose")
            values: dict[str, str | list[str]] = {"choice": choice}
            if "name" in form.names:
                values["name"] = HER_NAME
            need(self._browser.submit(form, values))
            asked += 1
            page = self.look()
        return asked

    def add(self, link: str) -> None:
        """Open the case and name another place."""
        page = self.look()
        adding = need(self._browser.get(page.link(containing="/case/add")))
        need(self._browser.submit(form_to(adding, "/case/add"), {"places": link}))

    def leave(self) -> None:
        """Close the browser; the code is all she keeps."""
        self._browser.close()


def choices(page: Page, name: str) -> list[str]:
    """Return the values a page offers under a name, in their order."""
    found = page.tree.css(f'input[name="{name}"]')
    return [node.attributes.get("value") or "" for node in found]


def form_to(page: Page, path: str) -> Form:
    """Return the form that sends to an address.

    Raises:
        StoryError: the page has none.
    """
    for form in page.forms():
        if urlsplit(form.action).path.endswith(path):
            return form
    raise StoryError(f"no form to {path} on {urlsplit(page.url).path}: {page.text[:200]}")
