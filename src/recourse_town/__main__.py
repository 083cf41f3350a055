"""`recourse-town`: opens the stand-ins of the outside world, or lets its people do the main job on a site."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from recourse_town.serve import run
from recourse_town.stories import tell


def main() -> None:
    """Read the arguments and do it."""
    parser = argparse.ArgumentParser(prog="recourse-town", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="open the town until SIGTERM")
    serve.add_argument("--folder", type=Path, required=True, help="where town.json is written")
    serve.add_argument("--agency", required=True, metavar="HOST:PORT", help="where answers go (LMTP)")
    serve.add_argument("--dns", type=Path, required=True, help="JSON file of TXT records by name")
    serve.add_argument("--smtp-port", type=int, default=0, help="port of the platforms' mailbox")
    story = commands.add_parser("stories", help="live the five stories; status 0 if each ends as it should")
    story.add_argument("--port", type=int, required=True, help="port of the site on 127.0.0.1")
    story.add_argument("--town", type=Path, required=True, help="town.json of the open town")
    story.add_argument(
        "--enrol", required=True, nargs="+", help="single-use enrolment links, an officer a story"
    )
    arguments = parser.parse_args()
    if arguments.command == "stories":
        sys.exit(0 if tell(port=arguments.port, town=arguments.town, enrol=arguments.enrol) else 1)
    host, _, port = arguments.agency.rpartition(":")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    run(
        arguments.folder,
        agency=(host, int(port)),
        dns=json.loads(arguments.dns.read_text("utf-8")),
        smtp_port=arguments.smtp_port,
    )


if __name__ == "__main__":
    main()
