"""The letter says which language it is in, whatever the page around it is in."""

from __future__ import annotations

import re

import pytest

from recourse.base.core.clock import FixedClock
from recourse.work.notices.selectors import desk as notices
from tests.surfaces.desk.test_notice import opened
from tests.surfaces.visits import Visitor
from tests.work.notices.making import World, drafted

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize("language", ["en", "ko", "id"])
def test_the_letter_says_its_language(
    officer: Visitor, world: World, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(notices, "language_of", lambda _contact: language)
    officer.get("/?lang=id")
    _, notice = drafted(clock.at)
    page = opened(officer, notice)
    assert '<html lang="id"' in page.html
    letter = page.tree.css_first(".letter")
    assert letter is not None
    assert letter.attributes["lang"] == language
    assert bool(re.search("[가-힣]", letter.text())) is (language == "ko")
