"""The stand-in says what the real pages say, word for word where a probe depends on it."""

import pytest

from recourse_town import telegram
from recourse_town.serve import new_town
from recourse_town.world import Town


@pytest.fixture
def town() -> Town:
    return new_town()


def test_a_post_that_is_up_carries_its_name(town: Town) -> None:
    page = telegram.answer(town, "/quietharbour/101?embed=1&mode=tme")
    assert page.status == 200
    assert 'data-post="quietharbour/101"' in page.text
    assert "tgme_widget_message_error" not in page.text


def test_a_post_that_is_gone_answers_200_and_says_so(town: Town) -> None:
    town.posts["quietharbour", 101].removed = True
    page = telegram.answer(town, "/quietharbour/101?embed=1&mode=tme")
    assert page.status == 200
    assert '<div class="tgme_widget_message_error">Post not found</div>' in page.text
    assert "data-post" not in page.text


def test_an_unknown_name_offers_contact_and_no_title(town: Town) -> None:
    page = telegram.answer(town, "/nobodyhere")
    assert "you can contact @nobodyhere right away" in page.text
    assert "tgme_page_title" not in page.text


def test_a_channel_without_preview_redirects(town: Town) -> None:
    page = telegram.answer(town, "/s/nobodyhere")
    assert (page.status, page.headers) == (302, (("Location", "/nobodyhere"),))


@pytest.mark.parametrize("path", ["/c/123/4?embed=1", "/+abcdefghijk", "/joinchat/abcdefghijk"])
def test_private_links_show_nothing(town: Town, path: str) -> None:
    assert telegram.answer(town, path).status == 404
