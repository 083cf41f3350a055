"""Words of the desk for platforms' keys: how they stand, and what each opens."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from recourse.world.exchange.domain.keys import Function, Standing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STANDINGS: Mapping[Standing, tuple[str, StrOrPromise]] = MappingProxyType(
    {
        Standing.IN_FORCE: ("yes", _("In force")),
        Standing.SPENT: ("asked", _("Has asked for all that a day allows")),
        Standing.NOTICED: ("late", _("Noticed, and slowed until somebody has looked")),
        Standing.REVOKED: ("no", _("Revoked")),
    }
)
OPENS: Mapping[Function, StrOrPromise] = MappingProxyType(
    {
        Function.FETCH: _("Fetch the list and what changed in it"),
        Function.FEEDBACK: _("Say what a fingerprint fitted"),
        Function.SUBMIT: _("Bring fingerprints of its own"),
        Function.MATCH: _("Have fingerprints matched here"),
    }
)
