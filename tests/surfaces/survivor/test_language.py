"""Another language in the middle of a report: what is typed goes along, and her case speaks the last one."""

from __future__ import annotations

import pytest

from recourse.work.cases.models import Case
from tests.surfaces.visits import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.db]

WORDS = "A harbour at dusk."


def switch(her: Visitor, path: str, code: str, **typed: str) -> str:
    page = her.get(path)
    return her.post(path, {**page.form(), **typed, "lang": code}).html


def test_what_is_typed_goes_along_into_another_language(her: Visitor) -> None:
    page = switch(her, "/report/words", "ko", words=WORDS)
    assert '<html lang="ko"' in page
    assert WORDS in page
    assert WORDS in switch(her, "/report/words", "id", words=WORDS)


def test_enter_in_a_field_sends_the_answer_and_changes_no_language(her: Visitor) -> None:
    tree = her.get("/report/words").tree
    first = tree.css_first("button[form=telling], #telling button")
    assert first is not None
    assert "name" not in first.attributes
    assert len(tree.css("button[form=telling][name=lang]")) == 2, "the others are offered"


def test_a_language_we_do_not_have_goes_on_as_without(her: Visitor) -> None:
    assert '<html lang="en"' in switch(her, "/report/words", "fr", words=WORDS)


@pytest.mark.parametrize("code", ["ko", "id", "en"])
def test_the_case_speaks_the_language_in_which_it_was_sent(her: Visitor, code: str) -> None:
    switch(her, "/report/words", "ko", words=WORDS)
    her.get(f"/report/check?lang={code}")
    her.submit(her.get("/report/check"), action="/report/send")
    assert Case.objects.get().language == code
