"""The officers of the stories: they sign in with a passkey, work the desk, and fill in the forms of companies."""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from recourse_town.browser import Browser, Form, Page
from recourse_town.passkey import Passkey
from recourse_town.people import CHANGED, StoryError, choices, form_to, need

AGENCY = "Example Agency"
OK = 200
MAIL_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


@dataclass(frozen=True)
class Outside:
    """The companies' own sites, as an officer's browser reaches them: host -> port here, and whom to trust."""

    ports: dict[str, int]
    ca: str

    @classmethod
    def read(cls, town: Path) -> Outside:
        """Read where the town's hosts are."""
        told = json.loads(town.read_text("utf-8"))
        return cls({name.partition(":")[0]: port for name, port in told["hosts"].items()}, told["ca"])

    def browser(self, address: str) -> Browser:
        """Return a browser that is about to open an address.

        Raises:
            StoryError: the town has no such site.
        """
        host = urlsplit(address).hostname or ""
        if host not in self.ports:
            raise StoryError(f"the town has no {host}")
        return Browser(host, self.ports[host], tls=ssl.create_default_context(cafile=self.ca))


class Officer:
    """Someone on shift, who signs in with a passkey."""

    def __init__(self, port: int, *, patience: float = 0.0) -> None:
        self.browser = Browser("desk.localhost", port, patience=patience)
        self.passkey = Passkey(self.browser.origin)

    def enrol(self, link: str) -> None:
        """Use an enrolment link: make a passkey and sign in with it."""
        page = need(self.browser.get(urlsplit(link).path))
        form = page.form(having="credential")
        credential = json.dumps(self.passkey.create(_options(page, "creation_options")))
        need(self.browser.submit(form, {"credential": credential}))

    def open_case(self, purpose: str) -> Page:
        """Open the first case of the queue for a stated purpose."""
        queue = need(self.browser.get("/"))
        return self.open_for(queue.link(containing="/case/"), purpose)

    def open_for(self, path: str, purpose: str) -> Page:
        """Open a page of a case, saying why when it is asked."""
        page = need(self.browser.get(path))
        if page.tree.css_first('input[type="radio"][name="purpose"]') is None:
            return page
        return need(self.browser.submit(page.form(having="purpose"), {"purpose": purpose}))

    def assess(self, page: Page, reasons: str) -> Page:
        """Decide that all items are in scope, on the statement of the person, without looking."""
        form = form_to(page, "/assess")
        decision: dict[str, str | list[str]] = {
            "in_scope": "yes",
            "basis": choices(page, "basis")[0],
            "grounds": choices(page, "grounds")[:1],
            "reasons": reasons,
        }
        if "item" in form.names:
            decision["item"] = choices(page, "item")
        return need(self.browser.submit(form, decision))

    def approve(self, path: str) -> Page:
        """Read a drafted notice and approve it."""
        page = self.open_for(path, "approve_notice")
        done = self.browser.submit(form_to(page, "/approve"), {"read": "1"})
        if done.status == CHANGED:  # a check came between: read it as it is now
            done = self.browser.submit(form_to(done, "/approve"), {"read": "1"})
        return need(done)

    def find(self, link: str) -> Page | None:
        """Look a case up by a link that somebody read out, and open it; None while the desk has none."""
        search = need(self.browser.get("/search"))
        found = need(self.browser.submit(form_to(search, "/search"), {"sought": link}))
        row = found.tree.css_first('a[href*="/case/"]')
        return None if row is None else self.open_for(row.attributes.get("href") or "", "assess")

    def mail_about(self, notice: str) -> str | None:
        """Return the first unread mail that answers a notice, by the notice's number."""
        for row in need(self.browser.get("/mail")).tree.css("tbody tr"):
            link = row.css_first('a[href*="/mail/"]')
            if link is not None and notice in row.text():
                return link.attributes.get("href")
        return None

    def record(self, path: str, kind: str, reason: str = "") -> Page:
        """Read an answer and record what it says."""
        page = self.open_for(path, "read_answer")
        said: dict[str, str | list[str]] = {"kind": kind}
        if reason:
            said["reason"] = reason
        return need(self.browser.submit(form_to(page, "/record"), said))

    # -- by hand ---------------------------------------------------------------------------------------------

    def submit_by_hand(self, path: str, outside: Outside) -> str | None:
        """Fill in a company's form from the work-sheet, and record at the desk what it showed.

        Returns:
            Their reference; None while the desk has its own checks to make first.
        """
        page = self.open_for(path, "approve_notice")
        stale = [form for form in page.forms() if form.action.endswith("/freshen")]
        if stale:
            need(self.browser.submit(stale[0]))
        if stale or page.tree.css_first("dl.worksheet") is None:
            return None
        reference = self._fill(page, outside)
        for name in ("/submitted", "/resubmitted"):
            for form in page.forms():
                if form.action.endswith(name):
                    self._record_submission(path, form, reference)
        return reference

    def _record_submission(self, path: str, form: Form, reference: str) -> None:
        """Record it; where the desk's checks grew old while the form was filled in, say that it is done already."""
        told: dict[str, str | list[str]] = {"their_reference": reference}
        told = {name: value for name, value in told.items() if name in form.names}
        if self.browser.submit(form, told).status == OK:
            return
        again = form_to(self.open_for(path, "approve_notice"), "/submitted")
        need(self.browser.submit(again, told | ({"already": "1"} if "already" in again.names else {})))

    def _fill(self, page: Page, outside: Outside) -> str:
        """Open the form that the work-sheet names, and copy field by field what belongs there."""
        fields = page.tree.css("dl.worksheet input, dl.worksheet textarea")
        values = [
            (f.text() if f.tag == "textarea" else f.attributes.get("value") or "").strip() for f in fields
        ]
        named = page.tree.css_first("#submit p .mono")
        address = named.text().strip() if named else ""
        browser = outside.browser(address)
        form = need(browser.get(urlsplit(address).path or "/"))
        copied: dict[str, str | list[str]] = {
            "links": next(value for value in values if value.startswith("https://")),
            "contact": next(value for value in values if MAIL_ADDRESS.fullmatch(value)),
            "organisation": AGENCY,
            "explanation": max(values, key=len),
            "good_faith": "yes",
        }
        done = browser.submit(form.form(having="links"), copied)
        browser.close()
        shown = done.tree.css_first("#reference")
        if shown is None:
            raise StoryError(f"the form showed no reference: {done.text[:200]}")
        return shown.text().strip()

    # -- when they do not answer -------------------------------------------------------------------------------

    def is_overdue(self, notice: str) -> bool:
        """Tell whether the board of what is late shows a notice as silent."""
        rows = need(self.browser.get("/overdue")).tree.css("tbody tr")
        return any(notice in row.text() and "ilen" in row.text() for row in rows)

    def remind(self, path: str) -> bool:
        """Read the reminder that is possible now and approve it; False while none is, or it is another by now."""
        page = self.open_for(path, "approve_notice")
        for form in page.forms():
            if form.action.endswith("/remind"):
                done = self.browser.submit(form, {"read": "1"})
                return done.status != CHANGED and need(done).status == OK
        return False

    def ask_further(self, item: str, way: str) -> None:
        """Have a further request drafted about an item, by its way, such as blocking by an authority."""
        page = self.open_for(item, "assess")
        need(self.browser.submit(form_to(page, "/ask"), {"way": way}))

    def may_ask_again(self, item: str, way: str) -> bool:
        """Tell whether the desk would ask the same again without new facts."""
        page = self.open_for(item, "assess")
        return self.browser.submit(form_to(page, "/ask"), {"way": way}).status == OK

    def enter_host(self, item: str, address: str) -> None:
        """Enter whom a site's host wants to be written to."""
        page = self.open_for(item, "assess")
        found_by = choices(page, "found_by")[0]
        need(self.browser.submit(form_to(page, "/host"), {"address": address, "found_by": found_by}))


def _options(page: Page, name: str) -> dict[str, object]:
    for node in page.tree.css('script[type="application/json"]'):
        data = json.loads(node.text())
        if name in data:
            return dict(data[name])
        if "publicKey" in data:
            return dict(data)
    raise StoryError(f"no {name} on {urlsplit(page.url).path}")
