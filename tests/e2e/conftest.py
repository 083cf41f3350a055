"""Where pages are looked at, and an officer's session at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from recourse.people.accounts.domain import Role
from tests import cast, pseudo
from tests.browser import Visit
from tests.e2e.gallery import DOCS, PICTURING, Gallery


@pytest.fixture
def gallery(at: Callable[[str, str], str]) -> Iterator[Gallery]:
    """Where pages are looked at, in the languages of the product and in one that nobody speaks."""
    if PICTURING:
        DOCS.mkdir(exist_ok=True)
        yield Gallery(at)
    else:
        with pseudo.offered():
            yield Gallery(at)


@pytest.fixture
def officer(visit: Callable[..., Visit]) -> Page:
    """An officer's browser with a session that began at the desk."""
    return at_the_desk(visit, Role.OFFICER)


@pytest.fixture
def supervisor(visit: Callable[..., Visit]) -> Page:
    """A supervisor's, likewise."""
    return at_the_desk(visit, Role.SUPERVISOR)


def at_the_desk(visit: Callable[..., Visit], role: Role) -> Page:
    """Return the browser of one who is signed in."""
    client = cast.signed_in(cast.staff(role))
    page = visit().page
    session = client.cookies["__Host-session"].value
    page.context.add_cookies(
        [{"name": "__Host-session", "value": session, "domain": cast.DESK, "path": "/", "secure": True}]
    )
    return page
