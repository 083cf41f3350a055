"""`recourse-town`: opens the stand-ins of the outside world, for the demo and for tests."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from recourse_town.serve import run


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="recourse-town", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where town.json is written")
    parser.add_argument("--agency", required=True, metavar="HOST:PORT", help="where answers go (LMTP)")
    parser.add_argument("--dns", type=Path, required=True, help="JSON file of TXT records by name")
    arguments = parser.parse_args()
    host, _, port = arguments.agency.rpartition(":")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    run(
        arguments.folder,
        agency=(host, int(port)),
        dns=json.loads(arguments.dns.read_text("utf-8")),
    )


if __name__ == "__main__":
    main()
