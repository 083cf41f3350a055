"""The names under which the hotline seals: they bind each sealed value to its row."""

from __future__ import annotations

from uuid import UUID


def draft_name(draft_id: UUID) -> str:
    """Return the name of a draft's content."""
    return f"hotline.draft:{draft_id}"


def report_name(report_id: UUID) -> str:
    """Return the name of a report's answers."""
    return f"hotline.report:{report_id}"


def contact_name(contact_id: UUID) -> str:
    """Return the name of a safe contact."""
    return f"hotline.contact:{contact_id}"


def mention_name(mention_id: UUID) -> str:
    """Return the name of a mention's words."""
    return f"hotline.mention:{mention_id}"


def message_name(message_id: UUID) -> str:
    """Return the name of a message's words."""
    return f"hotline.message:{message_id}"


def pickup_name(pickup_id: UUID) -> str:
    """Return the name of the new code that waits to be fetched."""
    return f"hotline.pickup:{pickup_id}"
