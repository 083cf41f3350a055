"""The outside world of these tests: pages that a fetcher serves from a table, and a sandbox without walls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from recourse.base.core import markup
from recourse.base.core.errors import RecourseError
from recourse.base.core.fetch import DEFAULT_LIMITS, Fetched, FetchLimits
from recourse.base.jobs.worker import work_once
from recourse.world.rules.load import FIXTURES

POST = "https://t.me/dusk_harbour/12"
EMBED = POST + "?embed=1&mode=tme"
CHANNEL = "https://t.me/dusk_harbour"
CONTROL = "https://t.me/telegram/1?embed=1&mode=tme"
SECOND_CONTROL = "https://t.me/telegram/2?embed=1&mode=tme"


def page(name: str) -> bytes:
    """Return a hand-made page of the rules' own fixtures."""
    return (FIXTURES / "telegram" / f"{name}.html").read_bytes()


def live_page(where: str) -> bytes:
    """Return the page of a post that is up."""
    return page("message-live").replace(b"Dusk_Harbour/12", where.encode())


Served = bytes | RecourseError | Callable[[], bytes]


@dataclass
class FakeFetcher:
    """Serves pages from a table, and remembers who asked for what from where."""

    pages: dict[str, Served] = field(default_factory=dict)
    vantages: tuple[str, ...] = ("home",)
    status: int = 200
    statuses: dict[str, int] = field(default_factory=dict)  # of single addresses
    truncated: bool = False
    final_url: str | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    elsewhere: dict[str, dict[str, Served]] = field(
        default_factory=dict
    )  # what another vantage point is shown
    refuse_in_transaction: bool = False

    def fetch(
        self, url: str, *, now: datetime, limits: FetchLimits = DEFAULT_LIMITS, vantage: str = "home"
    ) -> Fetched:
        """Return the page, or raise what the table says."""
        assert limits == DEFAULT_LIMITS
        assert not (self.refuse_in_transaction and connection.in_atomic_block), "network inside a transaction"
        self.asked.append((url, vantage))
        served = self.elsewhere.get(vantage, {}).get(url) or self.pages.get(url, page("challenge"))
        if isinstance(served, RecourseError):
            raise served
        body = served() if callable(served) else served
        return Fetched(
            url=url,
            final_url=self.final_url or url,
            status=self.statuses.get(url, self.status),
            headers=(("content-type", "text/html; charset=utf-8"), ("set-cookie", "a=b"), ("date", "Mon")),
            body=body,
            truncated=self.truncated,
            redirects=(),
            fetched_at=now,
            wire_digest=hashlib.sha256(body).hexdigest(),
            vantage=vantage,
        )

    def goes_live(self, *, control: bool = True) -> None:
        """Let the post be up."""
        self.pages = {EMBED: live_page("Dusk_Harbour/12"), CHANNEL: page("channel-page")}
        self._control(up=control)

    def goes_gone(self, *, control: bool = True) -> None:
        """Let the post be gone, as the platform says it."""
        self.pages = {EMBED: page("message-gone"), CHANNEL: page("channel-page")}
        self._control(up=control)

    def _control(self, *, up: bool) -> None:
        self.pages[CONTROL] = live_page("telegram/1") if up else page("message-gone")
        self.pages[SECOND_CONTROL] = page("message-gone")


class InlineSandbox:
    """Does the sandbox's tasks in this process; `test_sandbox` of core and one test here use the real one."""

    def run(self, task: str, data: bytes, *, seconds: float = 5.0) -> bytes:
        """Do one task."""
        assert seconds > 0
        if task == "match":
            return markup.match_answer(data)
        assert task == "text"
        return json.dumps(markup.page_text(data)).encode()


def work(now: datetime) -> None:
    """Work the queue until nothing more is due."""
    for _ in range(50):
        if not work_once(now=now):
            return
    raise AssertionError("the queue does not come to rest")
