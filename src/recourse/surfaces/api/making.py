"""Makes the documents of the open data from what was published. Reads nothing else."""

from __future__ import annotations

import base64

from recourse.base.core import wiring
from recourse.base.ledger import note
from recourse.base.ledger.domain import LedgerFolderError
from recourse.base.ledger.folder import Folder
from recourse.base.ledger.ports import LedgerFolder
from recourse.surfaces.api import shapes
from recourse.work.statistics.domain import publication
from recourse.work.statistics.domain.figures import HOSTS, NOTICES, SEEN, Source
from recourse.work.statistics.domain.methods import CHANGES, SECTIONS
from recourse.work.statistics.domain.publication import Figure, Published
from recourse.work.statistics.domain.synthetic import COMPANIES, NOTE
from recourse.world.rules.load import rules


def note_of(source: Source) -> str:
    """Return what every document of the invented history carries."""
    return NOTE if source is Source.SYNTHETIC else ""


def figures(found: Published) -> shapes.Figures:
    """Return the figures of a period."""
    return shapes.Figures(
        source=found.source.value,
        note=note_of(found.source),
        period=found.period,
        published_at=found.published_at,
        method=found.method,
        reports=_count(found.reports),
        assessments=_count(found.assessments),
        notices=_count(found.notices),
        verified_outcomes=_count(found.outcomes),
        seen=shapes.Seen(**_places(found.seen)),
    )


def platform(source: Source, one: publication.Platform) -> shapes.Platform:
    """Return one platform."""
    return shapes.Platform(
        id=one.id,
        name=_name(source, one.id),
        covers_from=one.first,
        covers_to=one.last,
        says_removed=one.says_removed,
        promised_hours=one.promised_hours,
        removal=None if one.removal is None else _removal(one.removal),
        **{name: getattr(one, name) for name in NOTICES},
        **_places(one),
    )


def methods() -> shapes.Methods:
    """Return the methods in words."""
    return shapes.Methods(
        sections=[
            shapes.MethodSection(key=one.key, title=one.title, paragraphs=list(one.paragraphs))
            for one in SECTIONS
        ],
        versions=[
            shapes.MethodChange(version=one.version, since=one.since, words=one.words) for one in CHANGES
        ],
    )


def ledger() -> shapes.Ledger:
    """Return what the published checkpoint says."""
    folder = Folder(wiring.resolve(LedgerFolder).path)
    where = {"checkpoint": "/ledger/checkpoint", "tiles": "/ledger/tile/"}
    try:
        text = folder.checkpoint()
    except LedgerFolderError:
        text = None
    if text is None:
        return shapes.Ledger(origin=None, size=None, root=None, vkey=None, **where)
    head = note.parse_head(note.split(text)[0])
    root = base64.b64encode(head.root).decode("ascii")
    return shapes.Ledger(origin=head.origin, size=head.size, root=root, vkey=folder.vkey(), **where)


def _count(found: Figure) -> shapes.Count:
    return shapes.Count(
        count=found.count,
        why_missing=found.why,  # type: ignore[arg-type]
        covers_from=found.first,
        covers_to=found.last,
    )


def _places(found: publication.Seen | publication.Platform) -> dict[str, int]:
    return {name: getattr(found, name) for name in ("places", *SEEN)}


def _removal(found: publication.Removal) -> shapes.Removal:
    return shapes.Removal(
        places=found.places,
        until="gone_or_not_public" if found.or_hidden else "gone",
        half_gone=_bounds(found.half),
        nine_in_ten_gone=_bounds(found.nine_in_ten),
        within=[
            shapes.Within(
                hours=one.hours,
                at_least_percent=one.at_least,
                at_most_percent=one.at_most,
                promised=one.promised,
            )
            for one in found.within
        ],
        steps=[
            shapes.Step(after_hours=one.after, by_hours=one.by, share_per_mille=one.per_mille)
            for one in found.steps
        ],
    )


def _bounds(found: publication.Bounds | None) -> shapes.Bounds | None:
    return None if found is None else shapes.Bounds(after_hours=found.after, by_hours=found.by)


def _name(source: Source, group: str) -> str:
    if group == HOSTS:
        return "Hosts of the open web"
    if source is Source.SYNTHETIC:
        return COMPANIES[group].name
    known = rules().recipients.get(group)
    return known.name if known else group
