"""The `recourse` command: names the settings and the role of this process, then hands over to Django.

A few commands need neither; they are called at once.

The role decides which keys the process may load (config.keys); it must stand before settings are read.
"""

from __future__ import annotations

import importlib
import os
import sys

ROLES = {"serve": "all", "worker": "worker", "mail": "mail"}
WITHOUT_DJANGO = {  # commands that need no installation, and must start fast
    "hash": "recourse.operations.hashing",
    "match": "recourse.operations.matching",
    "scan": "recourse.operations.scanning.command",
}


def main() -> None:
    """Run `recourse COMMAND`; exit statuses are those of `core.problems`."""
    if len(sys.argv) > 1 and sys.argv[1] in WITHOUT_DJANGO:
        sys.exit(importlib.import_module(WITHOUT_DJANGO[sys.argv[1]]).main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recourse.config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in ROLES:
        os.environ.setdefault("RECOURSE_PROCESS", ROLES[sys.argv[1]])
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the role is named

    from recourse.base.core.errors import MisconfiguredError  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except (MisconfiguredError, OSError) as error:  # settings refused before any command could say it
        from recourse.operations.command import describe  # noqa: PLC0415

        said, code, status = describe(error)
        print(f"recourse: {said} [{code}]", file=sys.stderr)  # noqa: T201 - a command prints
        sys.exit(status)


if __name__ == "__main__":
    main()
