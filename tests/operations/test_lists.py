"""`recourse lists`: a list comes in with whose it is and by what right, is shown, and is erased."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from recourse.world.matching import services
from recourse.world.matching.models import Source
from tests.wiring import START as NOW
from tests.world.matching.making import digits

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("lists", *arguments, stdout=out)
    return out.getvalue()


def test_a_list_comes_in_is_shown_and_goes(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"hash\n{digits(1)}\n{digits(2)}\n", encoding="utf-8")
    about = ["--name", "Harbour list", "--right", "agreement of 1 March", "--dated", "2026-11-01"]
    assert "2 fingerprints of Harbour list" in said("import", str(file), *about)
    assert "Harbour list\t2026-11-01\t2\tto look for\tright: not known yet\tagreement of 1 March" in said(
        "show"
    )
    said("import", str(file), *about, "--lawful")
    assert "\tlawful\t" in said("show")
    services.submit(platform="Harbour list", hashes=[digits(3)], now=NOW)
    assert "erased" in said("erase", "Harbour list")
    assert "\tsubmitted\t" in said("show")
    assert "erased" in said("erase", "Harbour list", "--submitted")
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("f8", ["--name", "x", "--right", "y", "--dated", "2026-11-01"]),
        (digits(1), ["--name", "x", "--right", "y", "--dated", "yesterday"]),
        (digits(1), ["--name", " ", "--right", "y", "--dated", "2026-11-01"]),
        (digits(1), ["--name", "x", "--right", " ", "--dated", "2026-11-01"]),
    ],
)
def test_without_right_name_date_or_a_list_that_reads_nothing_comes_in(
    tmp_path: Path, words: str, about: list[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(words, encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("lists", "import", str(file), *about, stdout=StringIO(), stderr=StringIO())
    assert not Source.objects.exists()


def test_an_unknown_list_cannot_be_erased() -> None:
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("lists", "erase", "nobody", stdout=StringIO(), stderr=said)
    assert "no list of this name" in said.getvalue()
