"""`recourse figures`: publish the public figures now, or write a correction into their public log."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from recourse.base.core import clock
from recourse.base.core.errors import BadInputError
from recourse.operations.command import Command as Base

LONGEST = 600


class Command(Base):
    """Publishes the public figures, or corrects them in public."""

    help = "Publish the public figures now, or write a correction into their public log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verbs and their arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("publish", help="count and publish now; the worker does it each night")
        correct = verbs.add_parser(
            "correct", help="say in public what was published wrong, and what is right"
        )
        correct.add_argument("period", help="all, a quarter as 2026-Q4, or a month as 2026-11")
        correct.add_argument("words", help="what was wrong and what is right; no word of anybody's case")

    def run(self, **options: Any) -> int | None:
        """Do what the verb says."""
        getattr(self, f"_{options['verb']}")(options)
        return None

    def _publish(self, _options: dict[str, Any]) -> None:
        from recourse.work.statistics import services

        self.stdout.write(f"{services.publish(now=clock.now())} periods published")

    def _correct(self, options: dict[str, Any]) -> None:
        from recourse.work.statistics import services
        from recourse.work.statistics.domain.periods import kind_of

        words = " ".join(options["words"].split())
        if kind_of(options["period"]) is None:
            raise BadInputError("the period is all, a quarter as 2026-Q4, or a month as 2026-11")
        if not 0 < len(words) <= LONGEST:
            raise BadInputError(f"a correction has 1 to {LONGEST} characters")
        services.record_correction(period=options["period"], words=words, now=clock.now())
        self.stdout.write("written into the public log of corrections")
