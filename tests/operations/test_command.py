"""Whatever goes wrong in a command is one sentence with its code and an exit status."""

from __future__ import annotations

import io
import sqlite3
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError

from recourse.base.core import errors
from recourse.base.core.wiring import UnboundPortError
from recourse.operations.command import Command

CASES = [
    (errors.BadInputError("the port"), 65, "the port [bad_input]"),
    (errors.NotAllowedError(), 77, "Your role does not allow this. [not_allowed]"),
    (errors.UnavailableError("later"), 75, "later [unavailable]"),
    (errors.OutsideError("names"), 69, "names [outside_failed]"),
    (errors.MisconfiguredError("first line\nsecond"), 78, "first line second [misconfigured]"),
    (
        FileNotFoundError(2, "No such file or directory", "/nowhere"),
        66,
        "/nowhere: No such file or directory [file]",
    ),
    (OSError(98, "Address already in use"), 71, "Address already in use [system]"),
    (OperationalError("a harbour at dusk"), 75, "the database refused (OperationalError): "),
    (InterfaceError("a harbour at dusk"), 75, "the database refused (InterfaceError): "),
    (sqlite3.OperationalError("a harbour at dusk"), 75, "the database refused (OperationalError): "),
    (UnboundPortError("core.Clock is not bound"), 78, "core.Clock is not bound [unbound_port]"),
    (ValueError("a harbour at dusk"), 1, "something went wrong (ValueError in operations/command.py:"),
    (KeyboardInterrupt(), 130, "interrupted [interrupted]"),
]


@pytest.mark.parametrize(("error", "status", "words"), CASES, ids=lambda case: type(case).__name__)
def test_every_error_has_a_sentence_and_a_status(error: BaseException, status: int, words: str) -> None:
    class Failing(Command):
        def run(self, **_options: Any) -> int | None:
            raise error

    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(Failing(), stderr=err)
    said = err.getvalue()
    assert ended.value.code == status
    assert said.startswith(f"recourse: {words}")
    assert said.count("\n") == 1
    assert "dusk" not in said


def test_a_status_of_its_own_is_kept() -> None:
    class Three(Command):
        def run(self, **_options: Any) -> int | None:
            return 3

    with pytest.raises(SystemExit) as ended:
        call_command(Three())
    assert ended.value.code == 3
