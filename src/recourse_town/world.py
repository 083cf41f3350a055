"""What exists in the town: channels and posts, and mails on their way. All of it invented, all in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Conduct(StrEnum):
    """How the stand-in of a platform treats a notice about a post."""

    REMOVES = "removes"  # acknowledges, removes, says so
    SILENT = "silent"  # takes the mail and never answers


@dataclass
class Post:
    """A public post: harmless words standing for what a survivor would report."""

    channel: str
    number: int
    text: str
    conduct: Conduct = Conduct.REMOVES
    removed: bool = False


@dataclass
class Town:
    """The state everybody in the town sees."""

    posts: dict[tuple[str, int], Post] = field(default_factory=dict)
    letters: list[dict[str, str]] = field(default_factory=list)
    _due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _busy: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def publish(self, post: Post) -> None:
        """Put a post up; names are case-insensitive, as on the platform."""
        with self._lock:
            self.posts[post.channel.lower(), post.number] = post

    def find(self, channel: str, number: int) -> Post | None:
        """Return a post that is up, or None."""
        with self._lock:
            post = self.posts.get((channel.lower(), number))
            return post if post and not post.removed else None

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
