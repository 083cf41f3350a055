"""The published ledger as files: checkpoint, verifier key, tiles and bundles, and nothing else that lies there.

A path is understood as the name of a tile or refused; it is never joined to a folder as it came.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from recourse.base.core import wiring
from recourse.base.core.errors import NotFoundError
from recourse.base.ledger import note, tiles
from recourse.base.ledger.domain import LedgerFolderError
from recourse.base.ledger.folder import Folder
from recourse.base.ledger.ports import LedgerFolder
from recourse.surfaces.frame.headers import may_be_kept

FRESH = 30
FOR_EVER = 365 * 24 * 3600
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Head:
    """The published log's name, size and root."""

    origin: str
    size: int


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the signed checkpoint."""
    return _text(folder().checkpoint())


@require_safe
def verifier_key(request: HttpRequest) -> HttpResponse:
    """Give the verifier key; it proves nothing until it is known from elsewhere too."""
    key = vkey()
    return _text(None if key is None else f"{key}\n")


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """Give a tile or a bundle of entries, whole or partial.

    Raises:
        NotFoundError: no such tile is published, or the path names none.
    """
    found = tiles.parse_path(f"tile/{path}")
    data = None if found is None else folder().raw(found)
    if data is None:
        raise NotFoundError("no such tile")
    response = _open_to_all(HttpResponse(data, content_type="application/octet-stream"))
    return may_be_kept(response, seconds=FOR_EVER, immutable=True)


def folder() -> Folder:
    """Return the published log's folder."""
    return Folder(wiring.resolve(LedgerFolder).path)


def vkey() -> str | None:
    """Return the verifier key, or None before the first checkpoint."""
    try:
        return folder().vkey()
    except LedgerFolderError:
        return None


def head() -> Head | None:
    """Return what the published checkpoint says, or None before the first."""
    try:
        text = folder().checkpoint()
    except LedgerFolderError:
        return None
    if text is None:
        return None
    found = note.parse_head(note.split(text)[0])
    return Head(found.origin, found.size)


def _text(text: str | None) -> HttpResponse:
    if text is None:
        raise NotFoundError("nothing is published yet")
    return may_be_kept(_open_to_all(HttpResponse(text, content_type=TEXT)), seconds=FRESH)


def _open_to_all(response: HttpResponse) -> HttpResponse:
    # Readable from any page, and never with a cookie: browsers refuse the star together with credentials.
    response["Access-Control-Allow-Origin"] = "*"
    return response
