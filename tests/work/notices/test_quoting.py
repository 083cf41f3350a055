"""What an answer quotes of a letter: addresses in every spelling are cut, but those still asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.work.notices.domain import CUT, without_addresses

HERS = "https://gallery.harbour.example/dusk/12"
OTHERS = "https://gallery.harbour.example/dusk/13"


@pytest.mark.parametrize(
    "said",
    [
        f"> - {HERS}",
        f"We removed <{HERS}>.",
        f"({HERS}), done",
        "gallery.harbour.example/dusk/12 is gone",
        "hxxps://gallery[.]harbour[.]example/dusk/12",
        f"{HERS.upper()}?ref=1#top",
        "http://192.0.2.7:8080/dusk/12",
        "gallery.harbour.example:8443/dusk/12",
        "https://links.example/?url=https%3A%2F%2Fgallery.harbour.example%2Fdusk/12",
    ],
)
def test_an_address_is_cut_however_it_is_spelt(said: str) -> None:
    cut = without_addresses(said, [OTHERS])
    assert "dusk/12" not in cut.lower()
    assert CUT in cut


@pytest.mark.parametrize(
    "said", [f"Removed: {OTHERS}.", f"<{OTHERS}>", "gallery.harbour.example/dusk/13 is gone"]
)
def test_what_is_asked_about_still_stays(said: str) -> None:
    assert without_addresses(said, [OTHERS]) == said


@given(st.text(alphabet="abc .,:@/\n0123456789", max_size=300))
def test_words_without_an_address_stay_as_they_are(said: str) -> None:
    if "." not in said or "/" not in said:
        assert without_addresses(said, []) == said


def test_dates_amounts_and_mail_addresses_are_no_pages() -> None:
    said = "Ticket 4711/2026, 12.06.2026, write to abuse@hosting.example and/or call 24/7."
    assert without_addresses(said, []) == said
