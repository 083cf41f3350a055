"""The walls of the sandbox, each tried from the inside."""

from __future__ import annotations

import json
import os
import signal
import struct
import threading
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from recourse.base.core import markup
from recourse.base.core.errors import OutsideError
from recourse.base.core.sandbox import SandboxRefusedError, SandboxTimeoutError, ZygoteSandbox

PAGE = b"<title>a harbour at dusk</title><p>boats"


def png(width: int, height: int) -> bytes:
    """A PNG that claims this size; its rows are real zeros, packed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compressobj(9)
    packed = b"".join(row.compress(b"\0" * (1 + (width + 7) // 8)) for _ in range(height)) + row.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def children_of(pid: int) -> list[int]:
    return [
        int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]


def test_a_task_answers(sandbox: ZygoteSandbox) -> None:
    assert json.loads(sandbox.run("text", PAGE))["title"] == "a harbour at dusk"
    request = markup.match_request(
        PAGE, [{"type": "text", "contains": "boats"}, {"type": "css", "select": "table"}]
    )
    assert json.loads(sandbox.run("match", request)) == {"held": [True, False]}


@pytest.mark.parametrize("how", ["network", "unix", "open", "write", "stat", "fork", "exec", "kill"])
def test_the_child_reaches_nothing(sandbox: ZygoteSandbox, how: str) -> None:
    assert json.loads(sandbox.run("drill", how.encode())) == "EPERM"


def test_the_environment_is_empty(sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURSE_TEST_SECRET", "kept")
    own = ZygoteSandbox()
    try:
        assert set(json.loads(own.run("drill", b"environment"))) <= {"LC_CTYPE"}
    finally:
        own.close()


def test_the_zygote_holds_no_descriptor_of_ours_and_no_setting(
    sandbox: ZygoteSandbox, tmp_path: Path
) -> None:
    with (tmp_path / "secret").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        own = ZygoteSandbox()
        try:
            own.start()
            assert own._process is not None
            held = [str(entry.readlink()) for entry in Path(f"/proc/{own._process.pid}/fd").iterdir()]
            environment = Path(f"/proc/{own._process.pid}/environ").read_bytes()
        finally:
            own.close()
    assert not any("secret" in name for name in held)
    assert environment == b""


def test_two_gigabytes_are_refused_and_the_sandbox_lives_on(sandbox: ZygoteSandbox) -> None:
    with pytest.raises(SandboxRefusedError) as caught:
        sandbox.run("drill", b"memory")
    assert caught.value.code == "sandbox_refused"
    assert "MemoryError" in caught.value.detail
    assert sandbox.run("text", PAGE)


def test_an_endless_loop_is_killed_and_delays_nobody(sandbox: ZygoteSandbox) -> None:
    ended: list[float] = []
    began = time.monotonic()

    def hang() -> None:
        with pytest.raises(SandboxTimeoutError):
            sandbox.run("drill", b"loop", seconds=1.0)
        ended.append(time.monotonic() - began)

    hanging = threading.Thread(target=hang)
    hanging.start()
    time.sleep(0.1)
    sandbox.run("text", PAGE)
    assert time.monotonic() - began < 0.9
    hanging.join(10)
    assert 0.9 < ended[0] < 3
    assert sandbox._process is not None
    deadline = time.monotonic() + 3
    while children_of(sandbox._process.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert children_of(sandbox._process.pid) == []
    assert sandbox.run("text", PAGE)


def test_a_timeout_has_its_own_code_and_is_an_error_of_the_outside(sandbox: ZygoteSandbox) -> None:
    with pytest.raises(OutsideError) as caught:
        sandbox.run("drill", b"loop", seconds=0.3)
    assert caught.value.code == "sandbox_timeout"


def test_a_picture_of_900_megapixels_is_refused_before_it_is_decoded(sandbox: ZygoteSandbox) -> None:
    bomb = png(30_000, 30_000)
    assert len(bomb) < 1_000_000
    began = time.monotonic()
    with pytest.raises(SandboxRefusedError):
        sandbox.run("picture", bomb)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_measured(sandbox: ZygoteSandbox, kind: str) -> None:
    packed = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(packed, kind)
    assert json.loads(sandbox.run("picture", packed.getvalue())) == {
        "format": kind,
        "width": 64,
        "height": 48,
    }


@pytest.mark.parametrize("data", [b"", b"not a picture", b"BM" + b"\0" * 100, b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_what_is_no_picture_of_ours_is_refused(sandbox: ZygoteSandbox, data: bytes) -> None:
    with pytest.raises(SandboxRefusedError):
        sandbox.run("picture", data)


def test_an_error_names_its_class_and_never_quotes_the_data(sandbox: ZygoteSandbox) -> None:
    with pytest.raises(SandboxRefusedError) as caught:
        sandbox.run("match", b'{"matchers": [{"type": "told by a survivor"}]}\n')
    assert "BadMatcherError" in caught.value.detail
    assert "told" not in str(caught.value) + caught.value.detail


def test_an_unknown_task_is_refused(sandbox: ZygoteSandbox) -> None:
    with pytest.raises(SandboxRefusedError):
        sandbox.run("no such task", b"")


def test_a_deeply_nested_page_is_cut_off_by_the_clock_not_by_patience(sandbox: ZygoteSandbox) -> None:
    with pytest.raises((SandboxTimeoutError, SandboxRefusedError)):
        sandbox.run("text", b"<div>" * 300_000, seconds=0.5)
    assert sandbox.run("text", PAGE)


def test_more_data_than_fits_is_refused(sandbox: ZygoteSandbox) -> None:
    with pytest.raises(SandboxRefusedError):
        sandbox.run("text", b"a" * 97_000_000, seconds=20)
    assert sandbox.run("text", PAGE)


def test_a_killed_zygote_is_started_again() -> None:
    own = ZygoteSandbox()
    try:
        own.run("text", PAGE)
        assert own._process is not None
        first = own._process.pid
        os.kill(first, signal.SIGKILL)
        own._process.wait(5)
        assert json.loads(own.run("text", PAGE))["title"] == "a harbour at dusk"
        assert own._process.pid != first
    finally:
        own.close()


def lives(pid: int) -> bool:
    """Whether a process runs; one that is dead and waits for its parent to look does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_no_child_outlives_the_zygote() -> None:
    own = ZygoteSandbox()

    def hang() -> None:
        with pytest.raises(OutsideError):
            own.run("drill", b"loop", seconds=30.0)

    hanging = threading.Thread(target=hang)
    try:
        own.start()
        assert own._process is not None
        hanging.start()
        deadline = time.monotonic() + 20  # a busy machine takes its time; the loop would last longer
        while not (children := children_of(own._process.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert children
        os.kill(own._process.pid, signal.SIGKILL)
        while any(lives(child) for child in children) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not any(lives(child) for child in children)
    finally:
        own.close()
        hanging.join(40)


def test_many_threads_share_one_sandbox(sandbox: ZygoteSandbox) -> None:
    answers: list[bool] = []

    def work(number: int) -> None:
        for _ in range(10):
            page = b"<title>%d</title>" % number + b"<p>x" * 10_000
            answers.append(json.loads(sandbox.run("text", page, seconds=20))["title"] == str(number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [True] * 60


def test_the_layers_are_told(sandbox: ZygoteSandbox) -> None:
    assert sandbox.layers["calls"] == "allowlist"
    assert set(sandbox.layers) == {"calls", "network_namespace", "other_user"}
