"""What checks needs to know of the installation; `config` binds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Politeness:
    """How long we wait between two looks at one host; nothing means that we do not wait."""

    between_looks: timedelta
