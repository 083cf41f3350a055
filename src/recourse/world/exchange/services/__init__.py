"""Verbs of the exchange: making and revoking keys, and what platforms do with them."""

from __future__ import annotations

from recourse.world.exchange.services.asking import fetch, hear, match, take
from recourse.world.exchange.services.keeping import clear_notice, drop_uses, make_keys, revoke_keys

__all__ = ["clear_notice", "drop_uses", "fetch", "hear", "make_keys", "match", "revoke_keys", "take"]
