"""Who a notice goes to, and whether that is still so just before it leaves (invariant 8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.base.core.errors import NotFoundError
from recourse.base.core.ids import new_id
from recourse.world.recipients import selectors, services
from recourse.world.recipients.models import ContactOverride
from recourse.world.recipients.services import BadAddressError
from recourse.world.rules.load import rules
from tests.world.conftest import place_at

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TOWN = "takedown@harbour.example"


def test_removal_on_telegram_goes_by_mail_and_says_how_sure_we_are(now: datetime) -> None:
    contact = selectors.by_channel("tg-abuse", now=now)
    assert (contact.id, contact.channel_id, contact.transport) == ("telegram", "tg-abuse", "email")
    assert contact.address == "abuse@telegram.org"
    assert contact.evidence == "secondary"
    assert contact.source
    assert contact.regimes == ("us-tida", "eu-dsa-16", "kr-tba-22-5")
    assert (contact.needs_name, contact.tells_poster, contact.may_publish) == (False, False, False)
    assert contact.not_stated == ("tells_poster", "may_publish"), "silence is shown, not read as a no"
    assert not contact.own_address


def test_no_channel_for_minors_copyright_or_authorities_is_offered(place: UUID, now: datetime) -> None:
    for kind in ("removal", "preservation", "blocking", "information"):
        for contact in selectors.channels_for(place, kind, now=now):
            _recipient, channel = rules().channel(contact.channel_id)
            assert channel.only_for == "everything", contact.channel_id


def test_what_is_not_in_the_directory_is_said(now: datetime) -> None:
    with pytest.raises(NotFoundError):
        selectors.by_channel("none", now=now)
    assert selectors.name_of("pigeon") == "pigeon"


def test_a_rule_past_its_review_date_says_so() -> None:
    review = rules().channel("tg-abuse")[1].review_by
    on = datetime(review.year, review.month, review.day, 23, 59, tzinfo=UTC)
    assert not selectors.by_channel("tg-abuse", now=on).past_review
    assert selectors.by_channel("tg-abuse", now=on + timedelta(minutes=1)).past_review


def test_the_clock_is_asked_where_no_time_is_given() -> None:
    assert not selectors.by_channel("tg-abuse").past_review


def test_an_installation_can_set_its_own_address_and_go_back(now: datetime) -> None:
    before = selectors.by_channel("tg-abuse", now=now)
    services.set_contact(channel_id="tg-abuse", address=TOWN, now=now, by=new_id(), proven_at=now)
    after = selectors.by_channel("tg-abuse", now=now)
    assert (after.address, after.own_address, after.proven_at) == (TOWN, True, now)
    assert after.evidence == "secondary", "the mark of the rule stays in sight"
    assert after.digest != before.digest
    assert selectors.by_channel("tg-abuse", now=now) == after

    assert not selectors.contact_unchanged("telegram", before.digest)
    assert selectors.contact_unchanged("telegram", after.digest)
    services.set_contact(channel_id="tg-abuse", address="other@harbour.example", now=now)
    assert not selectors.contact_unchanged("telegram", after.digest)
    assert ContactOverride.objects.count() == 1

    assert services.drop_contact(channel_id="tg-abuse") is True
    assert services.drop_contact(channel_id="tg-abuse") is False
    assert selectors.contact_unchanged("telegram", before.digest)
    assert not selectors.contact_unchanged("pigeon", before.digest)


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "@harbour.example", "a@", "a@b@c.example", "a b@harbour.example", "a@harbour.example\r\nBcc: x@y.example",
     "a@harbour.example\x00", "a" * 310 + "@harbour.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str, now: datetime) -> None:
    with pytest.raises(BadAddressError):
        services.set_contact(channel_id="tg-abuse", address=address, now=now)
    assert not ContactOverride.objects.exists()


def test_an_unknown_channel_cannot_be_set(now: datetime) -> None:
    with pytest.raises(NotFoundError):
        services.set_contact(channel_id="none", address=TOWN, now=now)


@given(st.text(max_size=400))
def test_no_address_that_is_taken_can_break_a_mail_header(address: str) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    try:
        services.set_contact(channel_id="tg-abuse", address=address, now=now)
    except BadAddressError:
        return
    assert "\r" not in address
    assert "\n" not in address
    assert address.count("@") == 1


def test_channels_of_a_place_are_those_for_everybody_machine_or_person(place: UUID, now: datetime) -> None:
    found = selectors.channels_for(place, "removal", now=now)
    telegram = [one.channel_id for one in found if one.id == "telegram"]
    assert telegram == ["tg-abuse", "tg-eu-dsa", "tg-app-report"], "in the order of the file"
    by_id = {one.channel_id: one for one in found}
    assert not by_id["tg-abuse"].human_only
    assert by_id["tg-eu-dsa"].human_only
    assert by_id["tg-eu-dsa"].url == "https://telegram.org/tos/eu-dsa"
    with pytest.raises(NotFoundError):
        selectors.channels_for(new_id(), "removal", now=now)


@pytest.mark.parametrize(
    ("line", "kind", "channels"),
    [
        ("https://x.com/dusk_harbour/status/12", "removal", ["x-tida", "x-ncn"]),
        ("https://www.facebook.com/1234567890", "removal", ["meta-ncii-fb"]),
        ("https://www.instagram.com/p/AbCdEfGhIjK/", "removal", ["meta-ncii-ig"]),
        ("https://youtu.be/aBcDeFgHiJ1", "removal", ["yt-privacy", "yt-flag"]),
        ("https://youtu.be/aBcDeFgHiJ1", "deindexing", ["gsearch-explicit", "bing-ncii"]),
        ("https://harbour.example/12", "blocking", ["kmcsc-portal", "komdigi-aduan"]),
        ("https://t.me/dusk_harbour/12", "preservation", ["tg-abuse"]),
        ("https://x.com/dusk_harbour/status/12", "preservation", []),
        ("https://harbour.example/12", "removal", []),
    ],
)
def test_each_platform_has_its_channels(line: str, kind: str, channels: list[str], now: datetime) -> None:
    found = selectors.channels_for(place_at(line, now), kind, now=now)
    assert [one.channel_id for one in found] == channels


def test_who_tells_the_poster_or_needs_a_name_says_so(place: UUID, now: datetime) -> None:
    youtube = selectors.by_channel("yt-privacy", now=now)
    assert youtube.tells_poster
    assert youtube.not_stated == ("may_publish",)
    copyright_way = selectors.by_channel("x-dmca", now=now)
    assert (copyright_way.needs_name, copyright_way.tells_poster, copyright_way.may_publish) == (
        True,
        True,
        True,
    )


def test_a_form_says_what_it_asks_and_what_fills_it(now: datetime) -> None:
    form = selectors.by_channel("x-tida", now=now)
    assert form.human_only
    assert form.url.startswith("https://help.x.com/forms/")
    assert form.promised_hours == form.remind_after_hours == 48
    filled_by = {field.filled_by.value for field in form.form_fields}
    assert {"addresses", "contact", "signature", "good_faith", "jurisdiction"} <= filled_by
    assert [field.choose for field in form.form_fields if field.choose] == ["United States"]
    assert "name" not in filled_by, "nothing asks for her name where the channel does not say so"
    assert form.disagreements, "what nobody read is said"
