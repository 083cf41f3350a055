"""A browser that reaches this machine only, and a log of every request it made.

One for a whole run, whichever folders it is of: a second one beside it would find the first one's loop at work.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
LOCAL_ONLY = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"


@dataclass
class Visit:
    """One person's browser: its pages share cookies; what it asked for and what it complained about is kept."""

    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def with_passkeys(self) -> Visit:
        """Give the browser a virtual authenticator that always says yes."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return self


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    # Playwright's synchronous interface runs a loop in this thread, which Django takes for asynchronous code.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                f"--host-resolver-rules={LOCAL_ONLY}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a browser for one person; at the end nobody may have asked another origin."""
    opened: list[Visit] = []

    def open_one(**options: Any) -> Visit:
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)
        made = Visit(context=context, page=context.new_page())
        context.on("request", lambda request: made.asked.append(request.url))
        context.on(
            "console", lambda line: made.complaints.append(line.text) if line.type == "error" else None
        )
        context.on("weberror", lambda error: made.complaints.append(str(error.error)))
        opened.append(made)
        return made

    yield open_one
    for made in opened:
        made.context.close()
        for url in made.asked:
            host = urlsplit(url.removeprefix("blob:")).hostname or ""  # of this page's own memory
            assert host == "localhost" or host.endswith(".localhost"), f"asked another origin: {host}"


@pytest.fixture
def at(live_server: Any) -> Callable[[str, str], str]:
    """Return a function that makes an address of this run from host and path."""
    port = urlsplit(live_server.url).port
    return lambda host, path: f"http://{host}:{port}{path}"
