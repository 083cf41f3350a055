"""What the pages add to the hotline's questions: notes in the margin, and how tall a field is.

The questions, their order, limits and texts are `hotline.domain`'s. A test holds that no note is for a
question that is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Note:
    """A note in the margin."""

    title: StrOrPromise
    words: StrOrPromise


NOTES: Mapping[str, tuple[Note, ...]] = MappingProxyType(
    {
        "what_happened": (
            Note(
                _("If somebody demands money"),
                _("You do not have to pay or answer. Paying seldom ends it."),
            ),
        ),
        "for_whom": (
            Note(
                _("If you report for somebody else"),
                _("Without their yes we secure the traces and ask nobody to remove anything yet."),
            ),
        ),
        "age_in_picture": (
            Note(
                _("Under 18 yourself?"),
                _(
                    "This is the right place. We do not call your parents or your school without your yes, "
                    "unless your life is in danger."
                ),
            ),
        ),
        "places": (
            Note(
                _("Please do not go back to look"),
                _(
                    "You have done enough. Looking again, saving it or sending it to others is not needed, "
                    "and in some countries it can be used against you."
                ),
            ),
        ),
    }
)
ROWS: Mapping[str, int] = MappingProxyType({"places": 5, "words": 7})
