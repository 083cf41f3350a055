"""A session is worth something only where it began."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from recourse.people.accounts.domain import Role
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.db]
OTHER = "recourse.config.urls_survivor"


def test_a_session_works_where_it_began() -> None:
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    assert browser.get("/staff").status_code == 200


@pytest.mark.parametrize("surface", [OTHER, "", None])
def test_a_session_of_another_surface_ends_at_sign_in_for_good(surface: str | None) -> None:
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR), surface=surface)  # type: ignore[arg-type]
    key = browser.cookies["__Host-session"].value
    answer = browser.get("/staff")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
    assert not Session.objects.filter(session_key=key).exists()


def test_a_desk_session_replayed_elsewhere_is_ended_at_the_desk_too() -> None:
    person = cast.staff(Role.SUPERVISOR)
    desk = cast.signed_in(person)
    elsewhere = cast.survivor()
    elsewhere.cookies["__Host-session"] = desk.cookies["__Host-session"].value
    elsewhere.get("/")
    assert desk.get("/staff").status_code == 302


def test_a_survivor_without_a_session_costs_no_query(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert cast.survivor().get("/").status_code == 200
    assert not Session.objects.exists()


def test_sign_out_ends_the_session() -> None:
    browser = cast.signed_in(cast.staff(Role.SUPERVISOR))
    assert browser.get("/sign-out").status_code == 405, "a link elsewhere must not sign anybody out"
    assert browser.post("/sign-out")["Location"] == "/sign-in"
    assert browser.get("/staff").status_code == 302
    assert not Session.objects.exists()


def test_a_session_lasts_a_shift() -> None:
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
