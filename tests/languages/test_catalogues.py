"""The catalogues: compiled as they are written, each placeholder kept, nothing left half done."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polib
import pytest

from recourse.config.languages import CATALOGUES

WRITTEN = sorted(CATALOGUES.glob("*/LC_MESSAGES/django.po"))
each = pytest.mark.parametrize("path", WRITTEN, ids=[path.parents[1].name for path in WRITTEN])


def test_there_are_korean_and_indonesian() -> None:
    assert [path.parents[1].name for path in WRITTEN] == ["id", "ko"]


@each
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    """A production machine has no gettext: `make messages` compiles, and the result is committed."""
    written = {said(entry) for entry in polib.pofile(str(path)) if entry.translated()}
    compiled = {said(entry) for entry in polib.mofile(str(path.with_suffix(".mo")))}
    assert compiled == written, "run `make messages`"


@pytest.mark.interop
@each
def test_gettext_finds_nothing_wrong(path: Path, tmp_path: Path) -> None:
    """Placeholders, plural forms and line ends of each translation are those of its text."""
    program = shutil.which("msgfmt")
    assert program, "scripts/packages installs gettext"
    done = subprocess.run(
        [program, "--check", "-o", str(tmp_path / "out.mo"), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@each
def test_nothing_is_left_half_done(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def said(entry: polib.POEntry | polib.MOEntry) -> tuple[str, ...]:
    plurals = (text for _, text in sorted(entry.msgstr_plural.items()))
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural, entry.msgstr, *plurals)
