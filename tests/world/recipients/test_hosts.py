"""Hosts of the open web: one contact a host name, entered by an officer, sealed, found by a keyed hash."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from recourse.base.core import wiring
from recourse.base.core.errors import NotFoundError
from recourse.base.core.ids import new_id
from recourse.base.vault.domain import KeyNotHeldError
from recourse.base.vault.models import Erasure, Key
from recourse.base.vault.ports import KeyWrapper
from recourse.world.locations import services as locations
from recourse.world.recipients import selectors, services
from recourse.world.recipients.domain import FoundBy, NoChannel, host_of_channel
from recourse.world.recipients.models import Host
from recourse.world.recipients.services import BadAddressError, NotOnTheWebError
from tests.world.conftest import place_at
from tests.world.outside import work

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "https://gallery.harbour.example/dusk/12"
ABUSE = "abuse@hosting.example"


@pytest.fixture
def page(db: None, now: datetime) -> UUID:
    return place_at(PAGE, now)


def enter(place: UUID, now: datetime, address: str = ABUSE) -> str:
    return services.set_host(place_id=place, address=address, found_by=FoundBy.RDAP, now=now, by=new_id())


def removal(place: UUID, now: datetime) -> list[str]:
    return [one.address for one in selectors.channels_for(place, "removal", now=now)]


def test_nobody_is_asked_about_a_site_before_somebody_entered_its_contact(
    page: UUID, place: UUID, now: datetime
) -> None:
    assert removal(page, now) == []
    assert selectors.why_no_channel(page, "removal") is NoChannel.HOST_UNKNOWN
    assert selectors.host_at(page) is None
    enter(page, now)
    assert removal(page, now) == [ABUSE]
    assert selectors.why_no_channel(page, "blocking") is NoChannel.NOBODY
    assert selectors.why_no_channel(place, "removal") is NoChannel.NOBODY, (
        "a post on Telegram has no host of its own"
    )


def test_a_contact_serves_every_place_at_that_very_host_and_no_other(page: UUID, now: datetime) -> None:
    enter(page, now)
    for line in (
        "https://GALLERY.harbour.example/other",
        "http://gallery.harbour.example:80/",
        "https://gallery.harbour.example/#/dusk",
    ):
        assert removal(place_at(line, now), now) == [ABUSE], line
    for line in (
        "https://harbour.example/dusk/12",
        "https://www.gallery.harbour.example/",
        "https://gallery.harbour.example.org/",
    ):
        assert removal(place_at(line, now), now) == [], line


def test_a_host_is_a_recipient_like_any_other(page: UUID, now: datetime) -> None:
    ref = enter(page, now)
    assert re.fullmatch(r"host-[0-9a-f]{16}", ref)
    (host,) = selectors.channels_for(page, "removal", now=now)
    assert (host.id, host.channel_id, host.transport, host.human_only) == (ref, f"{ref}-mail", "email", False)
    assert (host.tells_poster, host.not_stated, host.regimes) == (True, ("may_publish",), ("eu-dsa-16",))
    assert (host.source, host.own_address, host.proven_at) == ("rdap", True, None)
    assert selectors.by_channel(host.channel_id, now=now) == host
    assert selectors.name_of(ref) == host.name
    assert host_of_channel("host-mail") == ""
    for unknown in ("host-mail", "host-0000000000000000-mail", "host-"):
        with pytest.raises(NotFoundError):
            selectors.by_channel(unknown, now=now)
    with pytest.raises(NotFoundError):
        services.set_contact(channel_id="host-mail", address=ABUSE, now=now)


def test_another_contact_stops_what_was_approved_with_the_one_before(page: UUID, now: datetime) -> None:
    ref = enter(page, now)
    before = selectors.by_channel(f"{ref}-mail", now=now).digest
    assert selectors.contact_unchanged(ref, before)
    assert enter(page, now + timedelta(days=1), "takedown@hosting.example") == ref
    assert not selectors.contact_unchanged(ref, before)
    assert Host.objects.count() == 1


def test_a_contact_that_nobody_looked_at_for_long_says_so(page: UUID, now: datetime) -> None:
    ref = enter(page, now)
    late = now + timedelta(days=91)
    assert not selectors.by_channel(f"{ref}-mail", now=now).past_review
    assert selectors.by_channel(f"{ref}-mail", now=late).past_review
    services.confirm_host(recipient_id=ref, now=now + timedelta(days=60), by=new_id())
    host = selectors.by_channel(f"{ref}-mail", now=now + timedelta(days=61))
    assert host.proven_at == now + timedelta(days=60)
    assert not host.past_review
    with pytest.raises(NotFoundError):
        services.confirm_host(recipient_id="host-none", now=now)


def test_neither_name_nor_address_stands_anywhere_in_clear(
    page: UUID, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ref = enter(page, now)
    row = Host.objects.get(ref=ref)
    stored = " ".join(
        str(value) for value in (*row.__dict__.values(), bytes(row.name_and_address), caplog.text)
    )
    for word in ("gallery", "harbour", "hosting", "abuse@"):
        assert word not in stored, word
    opened = selectors.host_at(page)
    assert opened is not None
    assert (opened.name, opened.address, opened.found_by) == ("gallery.harbour.example", ABUSE, FoundBy.RDAP)


def test_a_process_without_the_identity_gets_the_host_without_its_address(page: UUID, now: datetime) -> None:
    ref = enter(page, now)

    class WebProcess:
        def unwrap(self, _wrapped: bytes) -> bytes:
            raise KeyNotHeldError("web")

    with wiring.bound(KeyWrapper, WebProcess()):  # type: ignore[type-abstract, arg-type]
        host = selectors.by_channel(f"{ref}-mail", now=now)
        assert (host.name, host.address, host.tells_poster) == ("Website host", "", True)
        with pytest.raises(KeyNotHeldError):
            selectors.host_at(page)


def test_a_dropped_host_is_forgotten_and_still_named_by_its_notices(page: UUID, now: datetime) -> None:
    ref = enter(page, now)
    digest = selectors.by_channel(f"{ref}-mail", now=now).digest
    assert services.drop_host(recipient_id=ref, now=now) is True
    assert services.drop_host(recipient_id=ref, now=now) is False
    assert removal(page, now) == []
    assert not selectors.contact_unchanged(ref, digest)
    assert not selectors.contact_unchanged(ref, "")
    assert selectors.by_channel(f"{ref}-mail", now=now).address == ""
    row = Host.objects.get(ref=ref)
    assert (row.lookup, bytes(row.name_and_address), row.digest) == (None, b"", "")
    assert Key.objects.get(id=row.key_id).destroyed_at == now
    again = enter(page, now)
    assert again != ref


def test_the_last_place_of_a_host_takes_its_contact_along(page: UUID, now: datetime) -> None:
    other = place_at("https://gallery.harbour.example/dusk/13", now)
    ref = enter(page, now)
    locations.erase_place(place_id=page, now=now)
    work(now)
    assert Host.objects.get(ref=ref).dropped_at is None, "another place is there still"
    locations.erase_place(place_id=other, now=now)
    work(now)
    assert Host.objects.get(ref=ref).dropped_at == now


def test_only_a_site_has_a_host_and_only_an_address_is_one(page: UUID, place: UUID, now: datetime) -> None:
    with pytest.raises(NotOnTheWebError):
        enter(place, now)
    with pytest.raises(NotFoundError):
        enter(new_id(), now)
    for address in (
        "",
        "abuse",
        "a@b@c.example",
        "abuse@hosting.example\r\nBcc: x@y.example",
        "a b@hosting.example",
        "a" * 400,
    ):
        with pytest.raises(BadAddressError):
            enter(page, now, address)
    assert not Host.objects.exists()


def test_a_restored_row_of_a_dropped_host_is_dropped_again(page: UUID, now: datetime) -> None:
    ref = enter(page, now)
    restored = Host.objects.get(ref=ref)
    services.drop_host(recipient_id=ref, now=now)
    restored.save()  # an older backup brings the row back; the key stays destroyed
    erased = Erasure.objects.values_list("key_id", flat=True)
    assert services.drop_hosts_with_key(key_ids=erased, now=now) == 1
    assert services.drop_hosts_with_key(key_ids=erased, now=now) == 0
    assert removal(page, now) == []


def test_many_places_and_channels_are_read_with_as_many_queries_as_one(
    page: UUID, place: UUID, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ref = enter(page, now)
    pages = [place_at(f"https://gallery.harbour.example/{number}", now) for number in range(5)]
    with django_assert_num_queries(4):  # places, their hosts, a host's key, overrides
        found = selectors.channels_at([place, page, *pages, new_id()], "removal", now=now)
    assert set(found) == {place, page, *pages}
    assert {one.id for place_id in (page, *pages) for one in found[place_id]} == {ref}
    assert found[place] == selectors.channels_for(place, "removal", now=now)
    with django_assert_num_queries(1):
        known = selectors.by_channels(["tg-abuse", "x-tida", "none"], now=now)
    assert set(known) == {"tg-abuse", "x-tida"}
