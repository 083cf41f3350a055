"""`recourse exchange`: keys of platforms for the exchange, and the canaries with which they try their own chain.

`key create` prints the keys once; they are stored nowhere but as a keyed hash. `key revoke` ends them at once.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recourse.base.core import clock, wiring
from recourse.operations.command import Command as Base
from recourse.operations.ports import Installation
from recourse.world.exchange import services
from recourse.world.exchange.domain.keys import USES_KEPT, Function, KeyView, PrintedKeys, Used

NAME = "name of the platform: small letters, digits and hyphens"


class Command(Base):
    """Makes, lists and revokes keys, and writes the canaries."""

    help = "Make, list and revoke the keys of platforms, and write the canaries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verbs and their arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        key = verbs.add_parser("key", help="the keys of a platform")
        steps = key.add_subparsers(dest="step", required=True)
        create = steps.add_parser("create", help="make the keys of a platform and print them, this once")
        create.add_argument("name", help=NAME)
        listed = steps.add_parser("list", help="who has keys, when each was used last, and for how much")
        for one in (create, listed):
            one.add_argument("--json", action="store_true", help="print JSON instead of lines")
        revoke = steps.add_parser("revoke", help="end a platform's keys at once")
        revoke.add_argument("name", help=NAME)
        clear = steps.add_parser("clear", help="you looked why a key was noticed: let it match as before")
        clear.add_argument("name", help=NAME)
        canary = verbs.add_parser(
            "canary", help="write the two generated pictures whose hashes are published"
        )
        canary.add_argument("folder", type=Path, help="where to; it must be there")

    def run(self, **options: Any) -> int | None:
        """Do what the verb says."""
        getattr(self, f"_{options.get('step') or options['verb']}")(options)
        return None

    def _create(self, options: dict[str, Any]) -> None:
        printed = services.make_keys(name=options["name"], by=None, now=clock.now())
        base = f"{wiring.resolve(Installation).exchange_url}/exchange/v1"
        self.stdout.write(as_json(printed, base) if options["json"] else as_lines(printed, base))

    def _list(self, options: dict[str, Any]) -> None:
        from recourse.world.exchange import selectors

        now = clock.now()
        so_far = selectors.uses(since=now - USES_KEPT)
        rows = [row(one, so_far.get(one.id, {})) for one in selectors.every_key(now=now)]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=1))
            return
        for one in rows:
            self.stdout.write("  ".join(f"{name}: {value}" for name, value in one.items() if value))
        if not rows:
            self.stdout.write("No platform has keys yet: recourse exchange key create NAME")

    def _revoke(self, options: dict[str, Any]) -> None:
        services.revoke_keys(name=options["name"], by=None, now=clock.now())
        self.stdout.write("revoked; they open nothing from now on")

    def _clear(self, options: dict[str, Any]) -> None:
        services.clear_notice(name=options["name"], by=None, now=clock.now())
        self.stdout.write("cleared; it may match as much as any other key")

    def _canary(self, options: dict[str, Any]) -> None:
        from recourse.world.exchange.canary import picture

        for number in (1, 2):
            path = options["folder"] / f"canary-{number}.png"
            path.write_bytes(picture(number))
            self.stdout.write(str(path))


def as_json(printed: PrintedKeys, base: str) -> str:
    """Return the keys as a program reads them; `environment` is what the tx command takes, ours and the stock one's."""
    setting = printed.setting(base)
    document = {
        "name": printed.name,
        "base_url": base,
        "subscription_key": printed.subscription,
        "function_keys": {function.value: key for function, key in printed.functions.items()},
        "environment": dict.fromkeys(("TX_STOPNCII_KEYS", "TX_RECOURSE_KEYS"), setting),
    }
    return json.dumps(document, indent=1)


def as_lines(printed: PrintedKeys, base: str) -> str:
    """Return the keys as a person reads them."""
    keys = [("subscription key", printed.subscription)]
    keys += [(f"function key of {function.value}", key) for function, key in printed.functions.items()]
    lines = [f"{name}: {value}" for name, value in [("address", base), *keys]]
    return "\n".join(
        [
            *lines,
            "",
            "They are shown this once. Hand them over sealed, never by plain mail. For the tx command:",
            f'  export TX_STOPNCII_KEYS="{printed.setting(base)}"',
        ]
    )


def row(one: KeyView, so_far: Mapping[str, Used]) -> dict[str, Any]:
    """Return what is known of a platform's keys, and what they did with each function as far as that is kept."""
    times = ("made_at", "revoked_at", "last_used_at", "noticed_at")
    found = {name: getattr(one, name) for name in times}
    return {
        "name": one.name,
        "standing": one.standing.value,
        "made_by": one.made_by,
        **{name: at.isoformat(timespec="seconds") if at else None for name, at in found.items()},
        "requests_today": one.requests,
        "given_today": one.given,
        "given": so_far.get(Function.FETCH, Used()).given,
        "asked_to_match": so_far.get(Function.MATCH, Used()).asked,
    }
