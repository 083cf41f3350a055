from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
import structlog

from recourse.base.core import logs
from recourse.people.accounts.domain import Role
from tests import cast
from tests.hostile.corpus import MARK
from tests.surfaces.visits import Visitor, visitor
from tests.work.notices.making import World

Told = Callable[[], str]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Iterator[Told]:
    """Everything that is logged, by structlog and by the standard library, as production writes it."""
    out = io.StringIO()

    def so_far() -> str:
        captured = capsys.readouterr()
        out.write(captured.err + captured.out)
        return out.getvalue()

    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    configuration = structlog.get_config()
    logs.configure(level=logging.DEBUG)
    root.setLevel(logging.DEBUG)
    yield so_far
    structlog.configure(**configuration)
    logging.captureWarnings(capture=False)
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    sys.excepthook, threading.excepthook, sys.unraisablehook = before[2:]


@pytest.fixture
def quiet(told: Told) -> Iterator[None]:
    """Nothing of what was sent may be in the logs, and logs there must be."""
    yield
    structlog.get_logger("tests").info("structlog_is_heard")
    logging.getLogger("tests").info("the standard library is heard")
    lines = told()
    assert "structlog_is_heard" in lines
    assert "the standard library is heard" in lines
    assert MARK not in lines.lower()


@pytest.fixture
def her() -> Visitor:
    """A survivor's browser with an empty cookie jar."""
    return visitor(cast.survivor())


@pytest.fixture
def officer() -> Visitor:
    """An officer's browser, signed in at the desk."""
    return visitor(cast.signed_in(cast.staff(Role.OFFICER)))


@pytest.fixture
def world() -> Iterator[World]:
    """An outside whose posts are all up."""
    with World().around() as around:
        yield around
