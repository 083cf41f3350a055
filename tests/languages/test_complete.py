"""Nothing is missing: each text of the sources is in each catalogue, and each has its translation."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from tests.languages.conftest import run
from tests.languages.test_catalogues import each


@each
def test_every_text_is_translated(path: Path) -> None:
    assert [entry.msgid for entry in polib.pofile(str(path)) if not entry.translated()] == []


@pytest.mark.interop
def test_the_catalogues_hold_the_texts_of_the_sources_and_no_others(copy: Path) -> None:
    catalogues = sorted(copy.glob("src/recourse/locale/*/LC_MESSAGES/django.po"))
    assert len(catalogues) == 2
    committed = [texts(catalogue) for catalogue in catalogues]
    run(copy, "scripts/messages")
    for before, catalogue in zip(committed, catalogues, strict=True):
        collected = texts(catalogue)
        assert collected - before == set(), "run `make messages` and translate these"
        assert before - collected == set(), "run `make messages`: these are no longer used"


def texts(catalogue: Path) -> set[tuple[str, str, str]]:
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural)
        for entry in polib.pofile(str(catalogue))
        if not entry.obsolete
    }
