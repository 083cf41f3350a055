"""How staff sign in: with a passkey. Refuses every other way, because no check of a password exists here."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.backends import BaseBackend

from recourse.people.accounts.models import Staff


class PasskeyOnly(BaseBackend):
    """Finds the person of a session; authenticates nobody (the passkey's own check does)."""

    def get_user(self, user_id: UUID) -> Staff | None:
        """Return an active member of staff, or nothing."""
        return Staff.objects.filter(pk=user_id, is_active=True).first()
