"""Places: one row per location, found by a keyed hash, erased for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from recourse.base.core.errors import NotFoundError
from recourse.base.core.ids import new_id
from recourse.base.jobs.models import Job
from recourse.base.vault.domain import SealBrokenError
from recourse.base.vault.models import Erasure, Key
from recourse.world.locations import selectors, services
from recourse.world.locations.models import Place
from tests.world.conftest import place_at
from tests.world.outside import POST

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_every_spelling_comes_to_the_same_place(place: UUID, now: datetime) -> None:
    for line in (
        "t.me/Dusk_Harbour/0012",
        "tg://resolve?domain=dusk_harbour&post=12",
        "telegram.me/s/dusk_harbour/12",
    ):
        assert place_at(line, now) == place
    assert place_at("t.me/dusk_harbour/13", now) != place
    assert Place.objects.count() == 2


def test_the_address_is_sealed_and_opens(place: UUID) -> None:
    row = Place.objects.get(id=place)
    stored = bytes(row.canonical) + bytes(row.lookup or b"")
    assert b"dusk" not in stored
    assert b"t.me" not in stored
    opened = selectors.open_place(place)
    assert (opened.canonical, opened.platform, opened.kind, opened.private) == (
        POST,
        "telegram",
        "message",
        False,
    )
    reading = selectors.reading_of(opened)
    assert reading is not None
    assert dict(reading.groups) == {"name": "dusk_harbour", "id": "12"}


def test_the_address_of_one_place_does_not_open_as_anothers(place: UUID, now: datetime) -> None:
    other = place_at("t.me/dusk_harbour/13", now)
    Place.objects.filter(id=other).update(canonical=Place.objects.get(id=place).canonical)
    with pytest.raises(SealBrokenError):
        selectors.open_place(other)


def test_erasing_forgets_the_address_for_good(place: UUID, now: datetime) -> None:
    key_id = Place.objects.get(id=place).key_id
    later = now + timedelta(hours=1)
    assert services.erase_place(place_id=place, now=later) is True
    row = Place.objects.get(id=place)
    assert (row.lookup, bytes(row.canonical), row.erased_at) == (None, b"", later)
    assert Key.objects.get(id=key_id).destroyed_at == later
    assert Erasure.objects.filter(key_id=key_id).exists()
    with pytest.raises(NotFoundError):
        selectors.open_place(place)
    assert selectors.platform_of(place) == "telegram"
    assert not selectors.can_be_visited(place)
    kinds = set(Job.objects.values_list("kind", flat=True))
    assert {"on.locations.PlaceErased.checks.forget", "on.locations.PlaceErased.evidence.forget"} <= kinds


def test_erasing_twice_changes_nothing(place: UUID, now: datetime) -> None:
    assert services.erase_place(place_id=place, now=now) is True
    assert services.erase_place(place_id=place, now=now + timedelta(hours=1)) is False
    assert services.erase_place(place_id=new_id(), now=now) is False
    assert Place.objects.get(id=place).erased_at == now


def test_an_erased_location_that_is_reported_again_is_a_new_place(place: UUID, now: datetime) -> None:
    services.erase_place(place_id=place, now=now)
    again = place_at(POST, now)
    assert again != place
    assert selectors.open_place(again).canonical == POST


@pytest.mark.parametrize(
    ("line", "visited"),
    [
        (POST, True),
        ("https://t.me/dusk_harbour", True),
        ("https://t.me/dusk_harbour/12?comment=3", False),
        ("https://t.me/dusk_harbour/s/3", False),
        ("https://t.me/c/1234567890/12", False),
        ("https://t.me/+AbCdEfGhIjKl", False),
    ],
)
def test_only_public_places_with_a_rule_can_be_visited(line: str, visited: bool, now: datetime) -> None:
    assert selectors.can_be_visited(place_at(line, now)) is visited


def test_platforms_of_places(place: UUID, now: datetime) -> None:
    assert selectors.platforms_of([place, new_id()]) == {place: "telegram"}
    with pytest.raises(NotFoundError):
        selectors.platform_of(new_id())


def test_a_place_is_found_by_any_spelling_of_its_link_and_by_its_channels_name(
    place: UUID, now: datetime
) -> None:
    later = place_at("t.me/dusk_harbour/13", now + timedelta(hours=1))
    place_at("t.me/night_harbour/13", now)
    assert selectors.find_places(" telegram.me/s/Dusk_Harbour/0012 ") == (place,)
    for name in ("dusk_harbour", "@dusk_harbour", " @DUSK_Harbour "):
        assert selectors.find_places(name) == (later, place), name
    channel = place_at("https://t.me/dusk_harbour", now + timedelta(hours=2))
    assert selectors.find_places("telegram.me/Dusk_Harbour") == (channel, later, place)
    for nothing in ("", "@", "dusk", "dusk_harbour/12", "x" * 5_000, "https://t.me/dusk_harbour/99"):
        assert selectors.find_places(nothing) == (), nothing


def test_an_erased_place_is_found_by_nothing(place: UUID, now: datetime) -> None:
    services.erase_place(place_id=place, now=now)
    assert Place.objects.get(id=place).handle_lookup is None
    assert selectors.find_places(POST) == ()
    assert selectors.find_places("dusk_harbour") == ()


def test_a_place_without_a_name_in_its_address_has_no_handle(now: datetime) -> None:
    closed = place_at("t.me/c/1234567890/12", now)
    assert Place.objects.get(id=closed).handle_lookup is None


def test_what_is_unverified_about_a_kind_of_place_is_said(now: datetime) -> None:
    facebook = selectors.rule_view("facebook", "post", now=now)
    assert facebook is not None
    assert facebook.evidence == "unverified", "the weakest of the rule and its looks"
    assert any("not public any more" in words for words in facebook.disagreements)
    assert not facebook.past_review
    late = selectors.rule_view("facebook", "post", now=now + timedelta(days=400))
    assert late is not None
    assert late.past_review
    assert selectors.rule_view("facebook", "pigeon", now=now) is None


@pytest.mark.parametrize(
    "line",
    [
        "https://drive.google.com/file/d/AbC/view",
        "https://www.dropbox.com/s/AbC/dusk",
        "https://cdn.discordapp.com/1/2/dusk",
    ],
)
def test_a_link_made_for_one_person_is_not_visited_before_she_was_asked(line: str, now: datetime) -> None:
    shared = place_at(line, now)
    assert Place.objects.get(id=shared).private
    assert not selectors.can_be_visited(shared)
    services.declare_public(place_id=shared)
    assert selectors.can_be_visited(shared)


@pytest.mark.parametrize(
    "line",
    [
        "https://bit.ly/AbCdEf",
        "https://s.id/AbC",
        "https://t.co/AbCdEf12",
        "https://fb.watch/AbCdEf/",
        "https://www.instagram.com/share/AbCdEfG",
    ],
)
def test_a_short_link_is_never_visited(line: str, now: datetime) -> None:
    short = place_at(line, now)
    assert Place.objects.get(id=short).kind in ("short_link", "share_link")
    assert not selectors.can_be_visited(short)
