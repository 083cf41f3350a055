"""Starts the log of a process: what Django calls with its `LOGGING` when it is set up."""

from __future__ import annotations

import logging.config
from typing import Any

from recourse.base.core import logs


def start(django: dict[str, Any]) -> None:
    """Send every line of this process through the redactor, Django's among them."""
    logs.configure()
    logging.config.dictConfig(django)
