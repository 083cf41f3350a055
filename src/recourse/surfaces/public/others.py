"""Figures that others published, from `others.toml`: read once, checked, shown beside nothing of ours."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("others.toml")


class Figure(BaseModel):
    """One figure with its publisher and source; the words are not translated, the source's language is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    who: str
    year: str
    what: str
    counts: str
    source: str
    url: str
    evidence: Literal["primary", "official", "press"]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    figure: tuple[Figure, ...]


@lru_cache(maxsize=1)
def published() -> tuple[Figure, ...]:
    """Return the figures, in the order of the file."""
    return _File.model_validate(tomllib.loads(FILE.read_text("utf-8"))).figure
