"""Every error has one page, one problem document and one exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from recourse.base.core import errors, fetch_errors, problems, sandbox
from recourse.base.core.errors import NotFoundError, RecourseError, TooLongError
from recourse.base.core.wiring import UnboundPortError

CODE_STYLE = r"[a-z][a-z_]+"


def tree(root: type[RecourseError]) -> Iterator[type[RecourseError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


OURS = [
    kind
    for kind in tree(RecourseError)
    if kind.__module__ in {errors.__name__, fetch_errors.__name__, sandbox.__name__}
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_each_error_of_core_maps(kind: type[RecourseError]) -> None:
    import re  # noqa: PLC0415 - only here

    status, code, sentence = problems.page_of(kind("detail for operators"))
    assert 400 <= status < 600
    assert re.fullmatch(CODE_STYLE, code)
    assert sentence.endswith(".")
    assert 0 < problems.exit_status_of(kind()) < 128


def test_the_problem_document_holds_no_detail() -> None:
    document = problems.problem_of(TooLongError("field story of case 7"), instance="0f3b")
    assert document == {
        "type": "urn:recourse:problem:too_long",
        "title": TooLongError.sentence,
        "status": 413,
        "code": "too_long",
        "instance": "0f3b",
    }
    assert "story" not in json.dumps(document)


def test_an_error_outside_the_tree_is_internal_and_its_text_withheld() -> None:
    error = ValueError("told by a survivor")
    assert problems.page_of(error)[:2] == (500, "internal")
    assert "told" not in json.dumps(problems.problem_of(error))
    assert problems.exit_status_of(error) == 1


def test_a_narrowed_code_and_sentence_are_used() -> None:
    error = NotFoundError(code="no_such_draft", sentence="This draft is no longer here.")
    assert problems.page_of(error) == (404, "no_such_draft", "This draft is no longer here.")


def test_retryable_is_said() -> None:
    assert problems.problem_of(errors.UnavailableError())["retryable"] is True
    assert "retryable" not in problems.problem_of(errors.FetchRefusedError())


def test_exit_statuses_of_commands() -> None:
    assert problems.exit_status_of(errors.MisconfiguredError()) == 78
    assert problems.exit_status_of(UnboundPortError("port")) == 78
    assert problems.exit_status_of(KeyboardInterrupt()) == 130
