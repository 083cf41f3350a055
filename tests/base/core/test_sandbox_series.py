"""A process that reads one file after another: the walls of the sandbox, its clock, and how it is replaced."""

from __future__ import annotations

import errno
import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from recourse.base.core import sandbox_limits
from recourse.base.core.sandbox import (
    SandboxRefusedError,
    SandboxTimeoutError,
    SandboxUnavailableError,
    ZygoteSandbox,
)
from recourse.base.core.sandbox_series import Series


def told(series: Series, how: str) -> Any:
    """What the drill says that is named in a file."""
    with tempfile.TemporaryFile() as file:
        file.write(how.encode("ascii"))
        file.seek(0)
        return json.loads(series.run(file.fileno()))


@pytest.fixture
def series(sandbox: ZygoteSandbox) -> Iterator[Series]:
    running = Series(sandbox, "drill", seconds=60, most=4)
    yield running
    running.close()


def test_a_process_reads_so_many_files_and_no_more(series: Series) -> None:
    processes = [told(series, "process") for _ in range(12)]
    assert [processes.count(one) for one in dict.fromkeys(processes)] == [4, 4, 4]


@pytest.mark.parametrize("how", ["network", "unix", "open", "write", "stat", "fork", "exec", "kill"])
def test_the_walls_stand_for_the_first_file_and_for_the_next(series: Series, how: str) -> None:
    first = told(series, "process")
    assert [told(series, how), told(series, how)] == ["EPERM", "EPERM"]
    assert told(series, "process") == first


def test_who_takes_too_long_is_killed_and_the_next_file_has_another_process(sandbox: ZygoteSandbox) -> None:
    series = Series(sandbox, "drill", seconds=1, most=100)
    first = told(series, "process")
    began = time.monotonic()
    with pytest.raises(SandboxTimeoutError):
        told(series, "loop")
    assert time.monotonic() - began >= 1
    assert told(series, "process") != first
    assert gone(first)
    series.close()


def test_who_takes_too_long_delays_nobody_and_ends_with_the_sandbox() -> None:
    own = ZygoteSandbox()
    series = Series(own, "drill", seconds=6000, most=100)
    ended: list[object] = []

    def hang() -> None:
        with pytest.raises(SandboxRefusedError) as caught:
            told(series, "loop")
        ended.append(caught.value)

    hanging = threading.Thread(target=hang)
    hanging.start()
    try:
        assert told(series, "stat") == "EPERM"
        assert not ended
    finally:
        series.close()
        own.close()
        hanging.join(600)
    assert len(ended) == 1


def test_who_asks_for_too_much_memory_is_refused_and_replaced(series: Series) -> None:
    first = told(series, "process")
    with pytest.raises(SandboxRefusedError, match="MemoryError"):
        told(series, "memory")
    assert told(series, "process") != first
    assert gone(first)


def test_a_process_that_died_is_found_with_the_next_file_and_replaced(series: Series) -> None:
    first = told(series, "process")
    os.kill(first, signal.SIGKILL)
    with pytest.raises(SandboxRefusedError, match="died"):
        told(series, "process")
    assert told(series, "process") != first


def test_a_zygote_that_died_is_replaced() -> None:
    own = ZygoteSandbox()
    series = Series(own, "drill", seconds=60, most=4)
    try:
        first = told(series, "process")
        assert own._process is not None
        own._process.kill()
        own._process.wait()
        with pytest.raises(SandboxRefusedError):
            told(series, "process")
        assert told(series, "process") != first
    finally:
        series.close()
        own.close()


def test_a_closed_sandbox_is_not_started_again() -> None:
    own = ZygoteSandbox()
    series = Series(own, "drill", seconds=60, most=4)
    told(series, "process")
    own.close()
    with pytest.raises(SandboxRefusedError):
        told(series, "process")
    with pytest.raises(SandboxUnavailableError):
        told(series, "process")
    with pytest.raises(SandboxUnavailableError):
        own.run("drill", b"process")


def test_threads_share_a_series_and_each_has_its_own_answers(sandbox: ZygoteSandbox) -> None:
    series = Series(sandbox, "drill", seconds=60, most=5)
    answers: list[tuple[str, object]] = []

    def ask(how: str) -> None:
        answers.extend((how, told(series, how)) for _ in range(30))

    threads = [
        threading.Thread(target=ask, args=(how,)) for how in ("open", "environment", "process", "stat")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    series.close()
    assert len(answers) == 120
    kinds = {"open": str, "stat": str, "environment": dict, "process": int}
    assert all(type(answer) is kinds[how] for how, answer in answers)


def gone(pid: int) -> bool:
    """Whether a process ends within a moment."""
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_child_whose_zygote_was_killed_before_it_asked_to_die_with_it_does_not_begin() -> None:
    calls, memory = sandbox_limits.Filter(), sandbox_limits.mapped_bytes() + 500_000_000
    child = os.fork()
    if child == 0:
        status = 0
        try:
            sandbox_limits.confine(calls, 60, memory, parent=1)
        except OSError as error:
            status = error.errno or 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == errno.ESRCH
