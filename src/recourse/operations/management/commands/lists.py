"""`recourse lists`: bring in a list of others' fingerprints, show what is there, erase one whole."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from recourse.base.core import clock
from recourse.base.core.errors import NotFoundError
from recourse.operations.command import Command as Base

LABEL = "recourse lists"
NAMED = 100
"""So many rows that do not read are named."""


class Command(Base):
    """Keeps the lists of others: whose each is, by what right we use it, how often it was right."""

    help = "Bring in a list of others' fingerprints, show what is there, erase one whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verbs and their arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        bring = verbs.add_parser("import", help="bring in a list; one of the same name is replaced whole")
        bring.add_argument("file", help="a page or pages of StopNCII's format, or CSV with a column hash")
        bring.add_argument("--name", required=True, help="whose list it is")
        bring.add_argument(
            "--right", required=True, help="by what right we use it: the agreement or the licence"
        )
        bring.add_argument("--dated", required=True, help="the date of the list, as 2026-11-27")
        bring.add_argument(
            "--lawful", action="store_true", help="pictures that are lawful: what is near one is never shared"
        )
        verbs.add_parser("show", help="name the lists, with how often each was right")
        erase = verbs.add_parser("erase", help="erase a list, with all that stands here of it")
        erase.add_argument("name", help="whose list it is")
        erase.add_argument(
            "--submitted",
            action="store_true",
            help="not a list that was brought in: what a platform submitted",
        )

    def run(self, **options: Any) -> int | None:
        """Do what the verb says."""
        getattr(self, f"_{options['verb']}")(options)
        return None

    def _import(self, options: dict[str, Any]) -> None:
        from recourse.world.matching import domain, services

        about = domain.about(name=options["name"], right=options["right"], dated=options["dated"])
        try:
            read = domain.read_list(Path(options["file"]).read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError:
            raise domain.BadListError("the file is no UTF-8 text") from None
        except domain.BadListError as error:
            if error.rows:
                self.stderr.write(f"rows that do not read: {', '.join(map(str, error.rows[:NAMED]))}")
            raise
        services.import_list(about=about, lawful=options["lawful"], read=read, label=LABEL, now=clock.now())
        self.stdout.write(
            f"{len(read.hashes)} fingerprints of {about.name}; left out: {read.repeated} repeated, {read.flat} of no "
            f"picture, {read.passed_over} withdrawn or of another kind. The worker compares them with every case"
        )

    def _show(self, _options: dict[str, Any]) -> None:
        from recourse.world.matching import selectors

        for one in selectors.sources():
            said = (
                "not known yet"
                if one.precision is None
                else f"{one.precision:.0%} of {one.confirmed + one.other}"
            )
            what = "submitted" if one.submitted else "lawful" if one.lawful else "to look for"
            self.stdout.write(f"{one.name}\t{one.dated}\t{one.hashes}\t{what}\tright: {said}\t{one.right}")

    def _erase(self, options: dict[str, Any]) -> None:
        from recourse.world.matching import services

        if not services.erase_list(name=options["name"], submitted=options["submitted"], now=clock.now()):
            raise NotFoundError("no list of this name: see `recourse lists show`")
        self.stdout.write("erased")
