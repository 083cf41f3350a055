"""What exists in the town: posts on its platforms, notices received, mails on their way. Invented, in memory."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Conduct(StrEnum):
    """How the stand-in of a platform treats a notice about a post."""

    REMOVES = "removes"  # acknowledges, removes, says so
    LATER = "later"  # acknowledges; its people act when they are told to (`Town.act`)
    HIDES = "hides"  # acknowledges, hides it from one country, says so
    REFUSES = "refuses"  # says no, with a reason
    SILENT = "silent"  # takes the notice and never answers


@dataclass
class Post:
    """A public post: harmless words standing for what a survivor would report.

    On Telegram `channel` is the channel's name and `number` the post's; elsewhere they are the platform's id and
    the post's own id. `hidden_from` holds the client addresses that are shown nothing: a country, to the town.
    """

    channel: str
    number: int | str
    text: str
    conduct: Conduct = Conduct.REMOVES
    removed: bool = False
    platform: str = "telegram"
    hidden_from: set[str] = field(default_factory=set)

    def named_in(self, text: str) -> bool:
        """Tell whether a letter or a form names this post by its link."""
        tail = f"{self.channel}/{self.number}" if self.platform == "telegram" else str(self.number)
        before = "" if tail.startswith("/") else r"(?<![\w-])"  # a path follows the name of its host
        return re.search(rf"{before}{re.escape(tail)}(?![\w-])", text, re.IGNORECASE) is not None


@dataclass
class Town:
    """The state everybody in the town sees."""

    posts: dict[tuple[str, int | str], Post] = field(default_factory=dict)
    letters: list[dict[str, str]] = field(default_factory=list)
    farthest_hours: float = 2.0  # how far business time may jump at once while the stories go on
    _due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _busy: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def publish(self, post: Post) -> None:
        """Put a post up; names are case-insensitive, as on the platform."""
        with self._lock:
            self.posts[post.channel.lower(), post.number] = post

    def find(self, channel: str, number: int | str, client: str = "") -> Post | None:
        """Return a post that is up and shown to this client, or None."""
        with self._lock:
            post = self.posts.get((channel.lower(), number))
            return post if post and not post.removed and client not in post.hidden_from else None

    def named(self, text: str, platforms: frozenset[str]) -> list[Post]:
        """Return the posts of these platforms that a text names; whether they are up does not matter."""
        with self._lock:
            return [p for p in self.posts.values() if p.platform in platforms and p.named_in(text)]

    def up_in(self, channel: str) -> list[Post]:
        """Return the posts of a channel that are up."""
        with self._lock:
            return [p for (name, _), p in self.posts.items() if name == channel.lower() and not p.removed]

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after a while of real time."""
        with self._lock:
            self._due.append((time.monotonic() + seconds, action))

    def idle(self) -> bool:
        """Say whether nobody in the town is about to do anything."""
        with self._lock:
            return not self._due and not self._busy

    def run(self, stop: threading.Event) -> None:
        """Do what is due until told to stop."""
        while not stop.wait(0.05):
            self.run_due()

    def run_due(self) -> None:
        """Do what is due now; an action that fails is reported and does not stop the others."""
        with self._lock:
            now = time.monotonic()
            ready = [action for at, action in self._due if at <= now]
            self._due = [(at, action) for at, action in self._due if at > now]
            self._busy += len(ready)
        for action in ready:
            try:
                action()
            except OSError as error:
                print(f"town: a delivery failed and is tried again: {type(error).__name__}")
                self.later(1.0, action)
            finally:
                with self._lock:
                    self._busy -= 1
