"""The exchange's part of the one description: complete, true, and whatever a machine can think of to ask by it."""

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
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks

from recourse.surfaces.exchange.urls import urlpatterns
from recourse.world.exchange.domain.keys import Function
from tests.surfaces.exchange.conftest import Software

pytestmark = [pytest.mark.django_db, pytest.mark.db]
COMMITTED = Path(__file__).resolve().parents[3] / "openapi.json"
load_all_checks()
SCHEMA = schemathesis.openapi.from_path(COMMITTED)
CHECKS = [
    schemathesis.checks.CHECKS.get_one(name)
    for name in ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
]


@pytest.fixture
def application() -> Iterator[Any]:
    """The product's own WSGI application, in this test's transaction: no request closes its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_function_is_described_with_both_keys_and_its_own_host() -> None:
    document = json.loads(COMMITTED.read_text("utf-8"))
    described = {path: one for path, one in document["paths"].items() if path.startswith("/exchange/")}
    assert set(described) == {f"/exchange/v1/{function}" for function in Function}
    assert set(described) == {f"/{one.pattern}" for one in urlpatterns if "v1" in str(one.pattern)}
    headers = {one["name"] for one in document["components"]["securitySchemes"].values()}
    assert headers == {"x-functions-key", "Ocp-Apim-Subscription-Key"}
    for path in described.values():
        assert path["servers"][0]["variables"]["host"]
        (operation,) = (one for name, one in path.items() if name != "servers")
        assert operation["security"] == [{"subscriptionKey": [], "functionKey": []}]
        assert "application/problem+json" in operation["responses"]["401"]["content"]


@SCHEMA.include(path_regex="^/exchange/").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(application: Any, murmur: Software, case: Any) -> None:
    function = Function(case.path.rsplit("/", 1)[1])
    case.headers["x-functions-key"] = murmur.printed.functions[function]
    case.headers["Ocp-Apim-Subscription-Key"] = murmur.printed.subscription
    answer = case.call(app=application, base_url="http://127.0.0.1")
    assert answer.status_code < 500
    case.validate_response(answer, checks=CHECKS)
