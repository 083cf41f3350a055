"""Looks at pages: with axe in three languages, for text that came past gettext, for what runs over; and pictures them.

A look costs one load of the page for each language. Pictures are made only when they are wanted
(`make screenshots`): each page once on a phone and once on a wide screen, a few in every language and by night.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from PIL import Image
from playwright.sync_api import Page

from tests import cast, pseudo

DOCS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
PICTURING = bool(os.environ.get("RECOURSE_TEST_SCREENSHOTS"))
SURFACES = {
    cast.SURVIVORS: "recourse.config.urls_survivor",
    cast.DESK: "recourse.config.urls_desk",
    cast.PUBLIC: "recourse.config.urls_public",
}
PHONE, WIDE, NARROWEST = (390, 844), (1280, 900), (320, 700)
# Every language, width and scheme once, without trying each with each.
LOOKS = (("en", WIDE, "light"), ("ko", PHONE, "light"), ("id", WIDE, "dark"))
PICTURES = (("en", PHONE, "light"), ("en", WIDE, "light"))
IN_EVERY_LANGUAGE = {"survivor-start", "survivor-case-gone", "desk-queue", "public-home"}
MORE_PICTURES = (("ko", PHONE, "light"), ("ko", WIDE, "light"), ("id", PHONE, "light"), ("en", PHONE, "dark"), ("en", WIDE, "dark"))  # fmt: skip
COVERED = """() => { const exit = document.querySelector(".exit")?.getBoundingClientRect();
    return exit && [...document.querySelectorAll(".mast .wrap :is(a, b, button)")].some(one => {
        const at = one.getBoundingClientRect();
        return at.right > exit.left && at.left < exit.right && at.bottom > exit.top && at.top < exit.bottom; }); }"""
# A word or a figure that fits into one line, and was broken for want of room.
BROKEN = """() => [...document.querySelectorAll("dd, td, th")].map(one => {
    const text = one.textContent.trim(), words = document.createRange();
    words.selectNodeContents(one);
    const lines = new Set([...words.getClientRects()].filter(at => at.height).map(at => Math.round(at.top)));
    return /^\\S{2,8}$/.test(text) && !one.children.length && lines.size > 1 ? text : null;
}).filter(Boolean)"""
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


# What the people of the story write, in reports, reasons and mails.
TYPED = """
https://t.me/dusk_harbour/12
a group my neighbour named
A harbour at dusk. I found it this morning.
Two notices of March were counted twice.
Her statement; she is recognisable and did not consent.
Re: your request
Hello,
The content has been removed.
vidra.example
"""


@dataclass
class Gallery:
    """Looks at pages and remembers which routes it has seen."""

    at: Callable[[str, str], str]
    seen: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    typed: str = TYPED  # not ours to translate
    axe: Axe = field(default_factory=Axe)

    def look(self, page: Page, name: str, *, again: bool = True) -> None:
        """Check the page that is open, in every language; leave it open in English.

        `again` is False for an answer to a form, which cannot be asked for by its address.
        """
        self._remember(page.url)
        if PICTURING:
            self._picture(page, name, again=again)
            return
        for language, size, scheme in LOOKS if again else LOOKS[:1]:
            with shown(page, language, size, scheme, again=again):
                self._sound(page, f"{name} in {language} at {size[0]} {scheme}")
        if again:
            with shown(page, pseudo.CODE, NARROWEST, "light", again=True):
                self._translated(page, name)

    def _remember(self, url: str) -> None:
        host = url.split("/", 3)[2].split(":", maxsplit=1)[0]
        path = "/" + url.split("/", 3)[3].partition("?")[0].partition("#")[0]
        self.seen.add((host, resolve(path, urlconf=SURFACES[host]).url_name or ""))

    def _sound(self, page: Page, where: str) -> None:
        for violation in self.axe.run(page).response["violations"]:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            self.wrong.append(f"{where}: {violation['id']}: {nodes}")
        if page.evaluate(SIDEWAYS):
            self.wrong.append(f"{where}: scrolls sideways")
        if page.evaluate(COVERED):
            self.wrong.append(f"{where}: the exit covers a link")
        self.wrong += [f"{where}: broken in two: {text}" for text in page.evaluate(BROKEN)]

    def _translated(self, page: Page, name: str) -> None:
        texts = [text for text in pseudo.untranslated(page.content()) if text not in self.typed]
        self.wrong += [f"{name}: came past gettext: {text}" for text in texts]
        if page.evaluate(SIDEWAYS):
            self.wrong.append(f"{name} with longer words at {NARROWEST[0]}: scrolls sideways")
        self.wrong += [f"{name} with longer words: broken in two: {text}" for text in page.evaluate(BROKEN)]

    def _picture(self, page: Page, name: str, *, again: bool) -> None:
        more = MORE_PICTURES if name in IN_EVERY_LANGUAGE else ()
        for language, size, scheme in (*PICTURES, *more):
            with shown(page, language, size, scheme, again=again and language != "en"):
                # As tall as the page, so that what is fixed to the window's edge stands at the page's.
                tall = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": size[0], "height": max(size[1], tall)})
                said = "" if language == "en" else f"-{language}"
                target = DOCS / f"{name}-{size[0]}-{scheme}{said}.png"
                page.screenshot(path=target)
                Image.open(target).convert("RGB").quantize(256).save(target, optimize=True)


@contextmanager
def shown(page: Page, language: str, size: tuple[int, int], scheme: str, *, again: bool) -> Iterator[None]:
    """Show the page in a language and size; leave it in English, as the stories expect it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    if not again or language == "en":
        yield
        return
    page.set_extra_http_headers({"Accept-Language": language})
    page.reload()  # an answer to a form is asked for by the same form
    read = page.evaluate("document.documentElement.lang")
    assert read == language, f"{page.url} came in {read}"
    yield
    page.set_extra_http_headers({})
    page.reload()
