"""The `recourse` command: names the settings and hands over to Django's command runner."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `recourse COMMAND`; exit statuses are those of `core.problems`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recourse.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the settings are named

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
