"""What officers need to know of a picture without looking at it: fixed choices, and a few sealed words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from recourse.base.core.errors import BadInputError, NotAllowedError
from recourse.base.core.marking import gettext_noop
from recourse.work.cases.domain.urgency import Threat


class Depicted(StrEnum):
    """Who is in the picture."""

    UNKNOWN = "unknown"
    HER = "her"  # the survivor alone
    WITH_OTHERS = "with_others"
    SOMEONE_ELSE = "someone_else"


class Nature(StrEnum):
    """How the picture was made."""

    UNKNOWN = "unknown"
    REAL = "real"
    SYNTHETIC = "synthetic"
    MIXED = "mixed"  # real and synthetic together, in one picture or one album


class NamesVisible(StrEnum):
    """Whether the place names her: a name, a handle, a school, an address."""

    UNKNOWN = "unknown"
    NO = "no"
    YES = "yes"


class Relation(StrEnum):
    """Who may be behind it, as a kind of relation; never a name (invariant 13)."""

    UNKNOWN = "unknown"
    PARTNER = "partner"
    FORMER_PARTNER = "former_partner"
    FAMILY = "family"
    SCHOOL_OR_WORK = "school_or_work"
    ONLINE_ONLY = "online_only"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was recorded of one item, or of a report that names no place (`item_id` is None)."""

    item_id: UUID | None
    depicted: Depicted = Depicted.UNKNOWN
    nature: Nature = Nature.UNKNOWN
    names_visible: NamesVisible = NamesVisible.UNKNOWN
    relation: Relation = Relation.UNKNOWN
    threat: Threat = Threat.NOT_SAID
    threat_by: datetime | None = None
    by: str = ""
    at: datetime | None = None
    position: str = field(default="", repr=False)  # which pictures of an album
    words: str = field(default="", repr=False)


class NotMinorPathError(NotAllowedError):
    """A hand-over to the licensed body where nobody under 18 can be in the picture."""

    code = "not_minor_path"
    sentence = gettext_noop("Only a case on the minor path is handed to the licensed body.")


class BodyNeededError(BadInputError):
    """A hand-over to nobody."""

    code = "body_needed"
    sentence = gettext_noop("Write to whom you handed it.")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """That a person handed the case to the licensed body."""

    at: datetime
    label: str
    body: str = field(repr=False)
    their_reference: str = field(repr=False)
