"""Marks text for translation where Django is not known: the surface that shows it translates it."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Return `message` as it is; `make messages` finds it by this name."""
    return message
