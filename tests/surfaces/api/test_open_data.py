"""The open data: what it gives, how it fails, and whatever a machine can think of to ask it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks

from recourse.base.core.clock import FixedClock
from recourse.base.ledger import services as ledger
from recourse.surfaces.api.urls import urlpatterns
from recourse.work.statistics import services
from recourse.work.statistics.domain.synthetic import NOTE
from tests import cast
from tests.hostile.corpus import CORPUS, MARK, Hostile
from tests.work.notices.making import World, handed_over

pytestmark = [pytest.mark.django_db, pytest.mark.db]
COMMITTED = Path(__file__).resolve().parents[3] / "openapi.json"
EVERY_PLACE = (
    "/api/v1/{}/periods",
    "/api/v1/measured/periods?kind={}",
    "/api/v1/measured/periods?limit={}",
    "/api/v1/measured/periods?offset={}",
    "/api/v1/synthetic/figures/{}",
    "/api/v1/synthetic/platforms?period={}",
    "/api/v1/synthetic/platforms/{}",
    "/api/v1/synthetic/platforms/murmur?period={}",
    "/api/v1/measured/corrections?limit={}",
    "/api/v1/measured/corrections?offset={}",
    "/api/{}",
)
SMALL = [entry for entry in CORPUS if len(entry.encoded) < 4000]


def document(reader: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = reader.get(path)
    assert answer.status_code == status, (path, answer.content[:200])
    return dict(answer.json())


def test_the_description_that_is_served_is_the_one_in_the_repository(reader: Client) -> None:
    served = document(reader, "/api/openapi.json")
    assert served == json.loads(COMMITTED.read_text("utf-8"))


def test_before_anything_is_published_there_are_no_sources(reader: Client) -> None:
    assert document(reader, "/api/v1/sources") == {"items": []}
    assert document(reader, "/api/v1/measured/periods")["items"] == []
    assert document(reader, "/api/v1/measured/figures/all", 404)["code"] == "not_found"


@pytest.mark.usefixtures("invented")
def test_figures_are_those_of_the_page_and_labelled(reader: Client) -> None:
    found = document(reader, "/api/v1/synthetic/figures/all")
    assert (found["source"], found["note"]) == ("synthetic", NOTE)
    page = reader.get("/synthetic/").content.decode()
    assert f'<span class="count">{found["notices"]["count"]:,}</span>' in page
    assert f'<span class="count">{found["verified_outcomes"]["count"]:,}</span>' in page
    seen = found["seen"]
    assert seen["places"] == sum(
        seen[state] for state in ("removed", "not_public", "hidden", "still_up", "returned", "unclear")
    )
    assert seen["removed"] == found["verified_outcomes"]["count"]
    assert "total" not in found, "the four are never added up"


@pytest.mark.usefixtures("invented")
def test_every_document_of_the_invented_history_says_what_it_is(reader: Client) -> None:
    for path in ("periods", "figures/all", "platforms", "platforms/kanal", "corrections"):
        assert document(reader, f"/api/v1/synthetic/{path}")["note"] == NOTE, path


@pytest.mark.usefixtures("invented")
def test_lists_come_in_pages(reader: Client) -> None:
    everything = document(reader, "/api/v1/synthetic/periods?limit=200")
    pages = [document(reader, f"/api/v1/synthetic/periods?limit=5&offset={at}") for at in range(0, 25, 5)]
    assert [one for page in pages for one in page["items"]] == everything["items"]
    assert {page["total"] for page in pages} == {everything["total"]} == {len(everything["items"])}
    months = document(reader, "/api/v1/synthetic/periods?kind=month")["items"]
    assert months
    assert {one["kind"] for one in months} == {"month"}
    assert document(reader, "/api/v1/synthetic/periods?offset=100000")["items"] == []


@pytest.mark.usefixtures("invented")
def test_a_platform_with_its_time_to_removal(reader: Client) -> None:
    found = document(reader, "/api/v1/synthetic/platforms/murmur")["platform"]
    assert found["receipt_unproven"] == found["asked"] - found["receipt_proven"]
    promised = next(one for one in found["removal"]["within"] if one["promised"])
    assert promised["hours"] == found["promised_hours"] == 24
    assert promised["at_least_percent"] <= promised["at_most_percent"]
    names = [one["id"] for one in document(reader, "/api/v1/synthetic/platforms")["items"]]
    assert names[0] == "murmur"


def test_few_people_are_never_a_number(reader: Client, world: World, clock: FixedClock) -> None:
    handed_over(clock.at, 12)
    services.publish(now=clock.at)
    people = document(reader, "/api/v1/measured/figures/all")["assessments"]
    assert people == {"count": None, "why_missing": "open", "covers_from": "", "covers_to": ""}
    assert document(reader, "/api/v1/measured/platforms/telegram", 404)["code"] == "not_found"
    assert document(reader, "/api/v1/measured/platforms")["items"] == []


def test_the_ledgers_checkpoint(reader: Client, world: World, clock: FixedClock) -> None:
    assert document(reader, "/api/v1/ledger")["size"] is None
    handed_over(clock.at, 12)
    ledger.publish(now=clock.at)
    found = document(reader, "/api/v1/ledger")
    assert (
        reader.get(found["checkpoint"]).content.decode().startswith(f"{found['origin']}\n{found['size']}\n")
    )
    assert found["vkey"].startswith(found["origin"])


# -- how it fails ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("invented")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nobody/periods", 400, "bad_input"),
        ("/api/v1/measured/periods?limit=0", 400, "bad_input"),
        ("/api/v1/measured/periods?limit=many", 400, "bad_input"),
        ("/api/v1/measured/periods?kind=year", 400, "bad_input"),
        ("/api/v1/synthetic/figures/2031-01", 404, "not_found"),
        ("/api/v1/synthetic/figures/" + "9" * 9, 400, "bad_input"),
        ("/api/v1/synthetic/platforms/nobody", 404, "not_found"),
        ("/api/v2/anything", 404, "not_found"),
        ("/api/", 404, "not_found"),
    ],
)
def test_an_error_is_a_problem_document(reader: Client, path: str, status: int, code: str) -> None:
    answer = reader.get(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_it_can_only_be_read(reader: Client, method: str) -> None:
    for path in ("/api/v1/sources", "/api/openapi.json"):
        answer = getattr(reader, method)(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
        assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.usefixtures("invented")
def test_it_may_be_kept_and_read_from_anywhere_and_never_with_a_cookie(reader: Client) -> None:
    answer = reader.get("/api/v1/synthetic/figures/all", headers={"origin": "https://elsewhere.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    assert answer["Cache-Control"] == "public, max-age=3600"
    again = reader.get("/api/v1/synthetic/figures/all", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert reader.head("/api/v1/sources").status_code == 200


def test_no_other_surface_has_it() -> None:
    for client in (cast.survivor(), cast.stranger()):
        assert client.get("/api/openapi.json").status_code == 404


@pytest.mark.usefixtures("invented")
@pytest.mark.parametrize("entry", SMALL, ids=[entry.name for entry in SMALL])
def test_hostile_text_in_every_place_is_refused_and_not_repeated(reader: Client, entry: Hostile) -> None:
    for place in EVERY_PLACE:
        answer = reader.get(place.format(entry.encoded))
        assert answer.status_code in {400, 404}, place
        assert MARK.encode() not in answer.content, place
        assert "qzcookie7" not in answer.cookies


# -- whatever the description allows, and what it does not -------------------------------------------------------------

load_all_checks()
# The description as it is served, without a server: the tests above hold that it is the committed one.
SCHEMA = schemathesis.openapi.from_path(COMMITTED)


@pytest.fixture
def application() -> Iterator[Any]:
    """The product's own WSGI application, in this test's transaction: no request closes its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("invented")
@SCHEMA.exclude(path_regex="^/exchange/").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(application: Any, case: Any) -> None:
    case.call_and_validate(app=application, base_url="http://public.localhost")


def test_every_route_is_in_the_description() -> None:
    described = set(json.loads(COMMITTED.read_text("utf-8"))["paths"])
    routes = {
        f"/api/{one.pattern}".replace("<source>", "{source}")
        for one in urlpatterns
        if "v1" in str(one.pattern)
    }
    routes = {route.replace("<", "{").replace(">", "}") for route in routes}
    assert routes == {path for path in described if not path.startswith("/exchange/")}
