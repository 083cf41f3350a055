"""Sign-in and enrolment against hostile answers: nothing opens, nothing breaks. The good case is in e2e."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recourse.people.accounts import services
from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Invitation
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.db]

ID = urlsafe_b64encode(b"x" * 16).decode().rstrip("=")
CREDENTIALS: list[Any] = [
    None,
    [],
    [1],
    "text",
    7,
    {},
    {"id": ID},
    {"id": ID, "rawId": ID, "type": "public-key", "response": None},
    {"id": ID, "rawId": ID, "type": "public-key", "response": []},
    {"id": ID, "rawId": ID, "type": "public-key", "response": {}},
    {"id": ID, "rawId": ID, "type": "public-key", "response": {"userHandle": "%%"}},
    {"id": ID, "rawId": "é", "type": "public-key", "response": {"userHandle": ID}},
    {
        "id": ID,
        "rawId": ID,
        "type": "public-key",
        "response": {"clientDataJSON": ID, "authenticatorData": ID, "signature": ID, "userHandle": ID},
    },
    {
        "id": ID,
        "rawId": ID,
        "type": "public-key",
        "response": {"clientDataJSON": ID, "attestationObject": ID},
    },
    {"id": ID, "rawId": ID, "type": "public-key", "response": {"clientDataJSON": {}, "attestationObject": 1}},
]


def _enrol(now: datetime) -> str:
    token = services.invite(role=Role.OFFICER, username="officer-03", label="Officer 03", by=None, now=now)
    return f"/enrol/{token}"


@pytest.mark.parametrize(
    "credential", [*(json.dumps(one) for one in CREDENTIALS), "", "{", "\x00", "[" * 5000]
)
def test_a_made_up_answer_opens_nothing(credential: str, now: datetime) -> None:
    browser, link = cast.stranger(), _enrol(now)
    browser.get("/sign-in/passkey")
    answer = browser.post("/sign-in/passkey", {"credential": credential})
    assert answer.status_code == 400
    assert b"That did not work" in answer.content

    browser.get(link)
    answer = browser.post(link, {"credential": credential, "name": ""})
    assert answer.status_code == 400
    assert not Authenticator.objects.exists()
    assert Invitation.objects.filter(used_at__isnull=True).exists(), "the link still works"
    assert browser.get("/").status_code == 302


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(response=JSON, outer=JSON)
def test_no_shape_of_answer_breaks_the_page(response: object, outer: object, db: None) -> None:
    browser = cast.stranger()
    browser.get("/sign-in/passkey")
    for credential in (outer, {"id": ID, "rawId": ID, "type": "public-key", "response": response}):
        answer = browser.post("/sign-in/passkey", {"credential": json.dumps(credential)})
        assert answer.status_code == 400


def test_what_the_browser_is_asked_names_nobody(now: datetime) -> None:
    cast.staff(Role.OFFICER)
    asked = cast.stranger().get("/sign-in/passkey").json()["request_options"]["publicKey"]
    assert not asked.get("allowCredentials")
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == cast.DESK


def test_enrolment_asks_for_a_passkey_that_verifies_its_person(now: datetime) -> None:
    page = cast.stranger().get(_enrol(now)).content.decode()
    start = page.index('type="application/json">') + len('type="application/json">')
    asked = json.loads(page[start : page.index("</script>", start)])["creation_options"]["publicKey"]
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["rp"]["id"] == cast.DESK
    assert asked["user"]["name"] == "officer-03"


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x"]
)
def test_sign_in_sends_nobody_elsewhere(wanted: str) -> None:
    page = cast.stranger().get("/sign-in", {"next": wanted})
    assert wanted.encode() not in page.content
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    assert browser.get("/sign-in", {"next": wanted})["Location"] == "/"
    assert browser.get("/sign-in", {"next": "/staff"})["Location"] == "/staff"


def test_looking_at_the_page_leaves_nothing_behind() -> None:
    cast.stranger().get("/sign-in")
    assert not Session.objects.exists()


def test_a_link_that_ended_is_not_there(now: datetime, clock: Any) -> None:
    link = _enrol(now)
    clock.advance(timedelta(hours=73))
    assert cast.stranger().get(link).status_code == 404
    assert cast.stranger().post(link, {"credential": "{}"}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/staff", "/mail", "/case/C-7KM4Q", "/notice/N-7KM4Q"])
def test_signed_out_ends_at_sign_in(path: str) -> None:
    answer = cast.stranger().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


def test_a_form_that_comes_after_the_session_loses_nothing(now: datetime) -> None:
    browser = cast.stranger()
    path = "/case/C-7KM4Q/assess"
    answer = browser.post(
        path, {"reasons": "Half an hour of work."}, headers={"referer": f"http://{cast.DESK}/case/C-7KM4Q"}
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "signed_out" in page
    assert "Half an hour of work." in page
    assert 'href="/sign-in?next=/case/C-7KM4Q"' in page, "the way back is the page of the form"


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/case", "http://desk.localhost:99999/x", "[", ""]
)
def test_the_way_back_from_there_is_a_page_of_ours(referer: str) -> None:
    page = cast.stranger().post("/next", headers={"referer": referer}).content.decode()
    assert 'href="/sign-in?next=/"' in page


def test_a_form_without_its_token_is_refused(now: datetime) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"host": cast.DESK})
    for path in ("/sign-in/passkey", _enrol(now), "/sign-out", "/staff/invite"):
        assert browser.post(path).status_code == 403
