"""Which language a page comes in, and that choosing one loses nothing and says nothing."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from recourse.people.accounts.domain import Role
from recourse.people.accounts.models import Staff
from recourse.surfaces.frame.language import PARAMETER, ChosenLanguage
from tests import cast
from tests.surfaces.visits import HTMLParser

pytestmark = [pytest.mark.db, pytest.mark.django_db]

COOKIE = "__Host-lang"


def language_of(client: Client, path: str = "/", **headers: str) -> str:
    page = client.get(path, headers={"host": "localhost", **headers})
    root = HTMLParser(page.content.decode()).css_first("html")
    assert root is not None
    assert page.headers["Content-Language"] == root.attributes["lang"]
    return root.attributes["lang"] or ""


@pytest.mark.parametrize(
    ("accepts", "comes"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.5", "ko"),
        ("id", "id"),
        ("fr, ko;q=0.2", "ko"),
        ("fr", "en"),
        ("", "en"),
        ("xx;;q=,", "en"),
    ],
)
def test_without_a_choice_the_browser_decides(accepts: str, comes: str) -> None:
    assert language_of(Client(), **{"accept-language": accepts}) == comes
    assert translation.get_language() == "en", "the next request of this thread starts anew"


def test_a_link_sets_a_cookie_for_the_session_and_leads_back_without_a_mark() -> None:
    client = Client()
    answer = client.get("/?lang=ko&then=on", headers={"host": "localhost"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/?then=on")
    cookie = answer.cookies[COOKIE]
    assert (cookie.value, cookie["max-age"], cookie["path"], cookie["domain"]) == ("ko", "", "/", "")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert language_of(client, **{"accept-language": "id"}) == "ko"


@pytest.mark.parametrize("code", ["fr", "", "../ko", "KO", "ko\r\nSet-Cookie: a=b", "한국어"])
def test_a_language_we_do_not_have_is_passed_over(code: str) -> None:
    answer = Client().get("/", {PARAMETER: code}, headers={"host": "localhost"})
    assert answer.status_code == 200
    assert COOKIE not in answer.cookies


def test_a_link_never_leads_to_another_site() -> None:
    request = RequestFactory().get("/?lang=ko")
    request.path = "//elsewhere.test/"
    answer = ChosenLanguage(lambda _request: HttpResponse())(request)
    assert answer.headers["Location"] == "/%2Felsewhere.test/"


def test_a_form_with_such_a_field_in_its_address_is_taken_as_it_is() -> None:
    answer = Client().post("/case?lang=ko", {"code": "0"}, headers={"host": "localhost"})
    assert COOKIE not in answer.cookies


def test_each_page_links_to_itself_in_every_language_by_its_own_name() -> None:
    page = HTMLParser(Client().get("/?then=on", headers={"host": "localhost"}).content.decode())
    found = [
        (link.attributes["lang"], link.attributes["hreflang"], link.attributes["href"], link.text())
        for link in page.css("nav a[hreflang]")
    ]
    assert found[:2] == [
        ("ko", "ko", "?then=on&lang=ko", "한국어"),
        ("id", "id", "?then=on&lang=id", "Bahasa Indonesia"),
    ]
    current = page.css_first("nav b[aria-current]")
    assert current is not None
    assert current.text() == "English"


def test_an_answer_to_a_form_has_no_link_that_would_lose_what_is_typed() -> None:
    browser = cast.signed_in(cast.staff(Role.OFFICER))
    page = HTMLParser(browser.post("/search", {"sought": "a lighthouse"}).content.decode())
    assert page.css("a[hreflang]") == []
    assert HTMLParser(browser.get("/search").content.decode()).css("a[hreflang]") != []


def test_a_link_repeats_nothing_that_a_stranger_put_into_the_address() -> None:
    html = Client().get("/?then=on&q=%ff%3Cb%3E&%3Cb%3E=1", headers={"host": "localhost"}).content.decode()
    assert (
        next(link.attributes["href"] for link in HTMLParser(html).css("nav a[hreflang]"))
        == "?then=on&lang=ko"
    )


def test_an_error_page_comes_in_the_language_too() -> None:
    assert language_of(Client(), "/nothing-here", **{"accept-language": "ko"}) == "ko"


def test_staff_keep_their_language_with_their_account() -> None:
    person = cast.staff(Role.OFFICER)
    assert cast.signed_in(person).get("/?lang=ko").status_code == 302
    assert Staff.objects.get(pk=person.pk).language == "ko"
    elsewhere = cast.signed_in(person).get("/", headers={"accept-language": "id"})
    assert elsewhere.headers["Content-Language"] == "ko"


def test_a_language_that_is_offered_no_more_gives_way_to_the_browser_s() -> None:
    person = cast.staff(Role.OFFICER)
    Staff.objects.filter(pk=person.pk).update(language="fr")
    assert (
        cast.signed_in(person).get("/", headers={"accept-language": "id"}).headers["Content-Language"] == "id"
    )
