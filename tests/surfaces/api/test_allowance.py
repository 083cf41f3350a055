"""How often one address may ask the open data: refused with a time to wait, by minute, address and network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

from recourse.surfaces.api import allowance
from recourse.surfaces.api.allowance import Allowance, asker_of
from tests import cast

ONE, OTHER = "198.51.100.7", "203.0.113.9"
BEHIND_A_PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


class Watch:
    """A clock of seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 6_000_020.5

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Allowance:
    """Three requests a minute."""
    found = Allowance(requests=3, seconds=watch)
    monkeypatch.setattr(allowance, "allowance", found)
    return found


def ask(reader: Client, path: str = "/api/v1/methods", *, by: str = ONE, **named: Any) -> HttpResponse:
    return reader.get(path, REMOTE_ADDR=by, **named)  # type: ignore[return-value]


@pytest.mark.django_db
@pytest.mark.db
def test_who_asks_too_often_is_told_when_to_ask_again(reader: Client, three: Allowance, watch: Watch) -> None:
    assert [ask(reader).status_code for _ in range(3)] == [200] * 3
    refused = ask(reader)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "asked_too_often"  # type: ignore[attr-defined]
    assert refused.headers["Retry-After"] == "40", "the minute is over in 39.5 seconds"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert "no-store" in refused.headers["Cache-Control"], "nobody else is given the refusal"
    assert ask(reader, by=OTHER).status_code == 200, "another address asks on"
    watch.at += 39.5
    assert ask(reader).status_code == 200


@pytest.mark.django_db
@pytest.mark.db
@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/v1/nothing", "/api/v1/synthetic/figures/all"])
def test_every_address_of_the_api_is_counted(reader: Client, three: Allowance, path: str) -> None:
    for _ in range(3):
        assert ask(reader, path).status_code in {200, 404}
    assert ask(reader, path).status_code == 429
    assert reader.head(path, REMOTE_ADDR=ONE).status_code == 429
    assert reader.post(path, REMOTE_ADDR=ONE).status_code == 429


@pytest.mark.django_db
@pytest.mark.db
def test_invariant_1_nobody_is_counted_on_a_page(reader: Client, three: Allowance) -> None:
    """Nor is anybody who reports: the whole of a shelter may stand behind one address."""
    while not three.spend(ONE):
        pass
    assert ask(reader, "/methods").status_code == 200
    assert Client(headers={"host": cast.SURVIVORS}).get("/", REMOTE_ADDR=ONE).status_code == 200


def test_the_limit_leaves_room_for_everything_that_is_published() -> None:
    found = Allowance()
    assert [found.spend(ONE) for _ in range(600)] == [0] * 600
    assert found.spend(ONE) > 0


def test_many_at_once_are_given_no_more_than_their_share(watch: Watch) -> None:
    found = Allowance(requests=100, seconds=watch)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: found.spend(ONE), range(400)))
    assert waits.count(0) == 100


def test_a_crowd_fills_no_memory_and_is_let_in(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> None:
    monkeypatch.setattr(allowance, "MOST_ADDRESSES", 2)
    found = Allowance(requests=1, seconds=watch)
    assert [found.spend(str(one)) for one in range(5)] == [0] * 5
    assert found.spend("0") > 0
    assert found.spend("4") == 0, "who is not counted is not refused"


@pytest.mark.parametrize(
    ("seen", "asker"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_who_asks(seen: str, asker: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=seen, headers={"X-Forwarded-For": OTHER})
    with override_settings(SECURE_PROXY_SSL_HEADER=None):
        assert asker_of(request) == asker, "without a proxy of ours anybody can write that header"
    behind = RequestFactory().get(
        "/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": f"{OTHER}, {seen}"}
    )
    with override_settings(SECURE_PROXY_SSL_HEADER=BEHIND_A_PROXY):
        assert asker_of(behind) == asker, "what stands before the last, whoever asked has written"


@override_settings(SECURE_PROXY_SSL_HEADER=BEHIND_A_PROXY)
def test_a_proxy_that_names_nobody_has_nobody_limited() -> None:
    assert asker_of(RequestFactory().get("/", REMOTE_ADDR="172.17.0.1")) == ""
