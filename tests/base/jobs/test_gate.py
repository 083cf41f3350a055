"""The write gate: one writer at a time, and nobody keeps it who is dead, done or was never let in.

On databases of its own, so it runs whichever database the other tests use.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from recourse.base.jobs.sqlite.base import DatabaseWrapper
from recourse.base.jobs.sqlite.gate import Gate

pytestmark = [pytest.mark.django_db, pytest.mark.db]

HOLDER = """
import sys, time
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "recourse.base.jobs.sqlite", "NAME": sys.argv[1]}})
from django.db import connection, transaction
with transaction.atomic():
    connection.cursor().execute("INSERT INTO t VALUES (99)")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gated.sqlite3"


@pytest.fixture
def connect(database: Path) -> Iterator[type]:
    opened: list[DatabaseWrapper] = []

    class Connect:
        def __new__(cls, name: str = str(database)) -> DatabaseWrapper:  # type: ignore[misc]
            handler = ConnectionHandler({"default": {"ENGINE": "recourse.base.jobs.sqlite", "NAME": name}})
            made = handler["default"]
            assert isinstance(made, DatabaseWrapper)
            made.inc_thread_sharing()
            opened.append(made)
            return made

    first = Connect()
    first.cursor().execute("CREATE TABLE t (n INTEGER)")
    yield Connect
    for one in opened:
        one.close()


def begin(connection: DatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection: DatabaseWrapper, *, commit: bool = True) -> None:
    (connection.commit if commit else connection.rollback)()
    connection.set_autocommit(True)


def is_free(database: Path) -> bool:
    descriptor = os.open(f"{database}.gate", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def test_it_is_held_from_begin_to_commit_or_rollback(connect: type, database: Path) -> None:
    connection = connect()
    for commit in (True, False):
        assert is_free(database)
        begin(connection)
        assert not is_free(database)
        sid = connection.savepoint()
        connection.savepoint_rollback(sid)
        assert not is_free(database), "savepoints do not touch it"
        end(connection, commit=commit)
        assert is_free(database)


def test_closing_a_connection_gives_it_back(connect: type, database: Path) -> None:
    connection = connect()
    begin(connection)
    connection.close()
    assert is_free(database)


def test_a_transaction_that_could_not_begin_does_not_keep_it(
    connect: type, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect()
    connection.ensure_connection()
    monkeypatch.setattr(connection, "transaction_mode", "NONSENSE")
    with pytest.raises(OperationalError):
        begin(connection)
    assert is_free(database)


def test_readers_pass_by(connect: type, database: Path) -> None:
    writer, reader = connect(), connect()
    begin(writer)
    writer.cursor().execute("INSERT INTO t VALUES (1)")
    assert reader.cursor().execute("SELECT count(*) FROM t").fetchone() == (0,)
    end(writer)
    assert reader.cursor().execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_threads_write_one_at_a_time_and_none_is_turned_away(connect: type, database: Path) -> None:
    overlap, inside, errors = [0], [0], []

    def write() -> None:
        connection = connect()
        try:
            for _ in range(25):
                begin(connection)
                inside[0] += 1
                overlap[0] = max(overlap[0], inside[0])
                connection.cursor().execute("INSERT INTO t VALUES (1)")
                inside[0] -= 1
                end(connection)
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert overlap == [1]
    assert connect().cursor().execute("SELECT count(*) FROM t").fetchone() == (200,)


@pytest.mark.crash
def test_sigkill_gives_it_back_and_leaves_nothing_half_written(connect: type, database: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        assert not is_free(database)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    connection, started = connect(), time.monotonic()
    begin(connection)
    assert time.monotonic() - started < 5
    assert connection.cursor().execute("SELECT count(*) FROM t").fetchone() == (0,)
    end(connection)


def test_a_forked_child_does_not_keep_it(tmp_path: Path) -> None:
    gate = Gate(str(tmp_path / "forked.gate"))
    gate.take()
    (go_read, go), (ready, ready_write) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:  # lives on, as a child would whose parent was killed
        os.close(go)
        os.write(ready_write, b"1")
        os.read(go_read, 1)
        os._exit(0)
    try:
        assert os.read(ready, 1)
        assert not is_free(tmp_path / "forked"), "the fork did not release the parent's lock"
        # Closing without unlocking is what the kernel does when the parent dies.
        gate.forget()
        assert is_free(tmp_path / "forked")
    finally:
        for descriptor in (go, go_read, ready, ready_write):
            os.close(descriptor)
        os.waitpid(child, 0)


def test_a_database_in_memory_has_no_gate(
    connect: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    connection = connect(":memory:")
    begin(connection)
    end(connection)
    assert list(tmp_path.glob("*memory*")) == []


def test_every_connection_keeps_what_was_committed_and_overwrites_what_was_deleted(connect: type) -> None:
    cursor = connect().cursor()
    found = {
        name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
