"""Looks at an installation and says, a line each, what is well and what is not, with the reason and a remedy.

Refuses: to change anything, and to call an installation healthy because a check could not run.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from recourse.base.core import clock
from recourse.base.core.errors import RecourseError
from recourse.base.core.sandbox import SandboxUnavailableError, ZygoteSandbox
from recourse.base.jobs import selectors as jobs
from recourse.base.jobs.sqlite.gate import SUFFIX
from recourse.operations.findings import Finding, Health, bad, good, note
from recourse.operations.keycheck import key_findings
from recourse.operations.mailcheck import mail_findings, mailbox_findings
from recourse.operations.ports import Installation
from recourse.world.checks import selectors as checks_of_places
from recourse.world.checks.domain import AlarmReason
from recourse.world.exchange import selectors as exchange
from recourse.world.exchange.domain.keys import Standing

FIXED_SQLITE = (3, 51, 3)  # before it, a reset of the write-ahead log could corrupt (sqlite.org, 2026-03-13)
LEAST_POSTGRESQL = 15
LEAST_DISK = 2_000_000_000  # bytes
OLDEST_JOB = timedelta(minutes=15)
CLOCKS_APART = timedelta(seconds=5)  # between this machine and the database's
GATED_ENGINE = "recourse.base.jobs.sqlite"


def examine(installation: Installation, *, names: bool = True) -> list[Finding]:
    """Run every check; one that fails to run is a finding itself.

    Args:
        installation: what to look at.
        names: also ask the name system what we publish, which takes seconds where nobody answers.
    """
    checks: list[Callable[[Installation], Iterator[Finding]]] = [
        _combinations,
        _database,
        _migrations,
        _write_gate,
        key_findings,
        _clock,
        _disk,
        _queue,
        _reading,
        _exchange,
        _sandbox,
    ]
    if names:
        checks += [mail_findings, mailbox_findings]
    found: list[Finding] = []
    for check in checks:
        name = check.__name__.strip("_").replace("_", " ")
        try:
            found.extend(check(installation))
        except Exception as error:  # noqa: BLE001 - whatever a check meets is a finding, not an end
            found.append(bad(name, f"the check could not run ({type(error).__name__})", "see the log"))
    return found


def healthy(findings: list[Finding]) -> bool:
    """Tell whether nothing is bad."""
    return all(finding.health is not Health.BAD for finding in findings)


def _combinations(installation: Installation) -> Iterator[Finding]:
    dangers = installation.dangers()
    for danger in dangers:
        yield bad("configuration", danger, "as the sentence says")
    if not dangers:
        yield good("configuration", "no dangerous combination")
    if installation.config_file is None:
        yield note("configuration", "no file; defaults are used", "run `recourse init`, set RECOURSE_CONFIG")


def _database(installation: Installation) -> Iterator[Finding]:
    if installation.database == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        yield bad("database", "there is no database file", "run `recourse init`, or correct `home`")
        return  # connecting would make one
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield bad(
            "database", f"does not answer ({type(error).__name__})", "check database.url and the server"
        )
        return
    yield _sqlite_version(sqlite3.sqlite_version_info) if installation.database == "sqlite" else _postgresql()


def _sqlite_version(version: tuple[int, int, int]) -> Finding:
    text = "SQLite " + ".".join(map(str, version))
    if version >= FIXED_SQLITE:
        return good("database", text)
    return note(
        "database",
        f"{text} is older than 3.51.3, whose write-ahead log has a rare corruption fixed since",
        "back up daily; PostgreSQL for production",
    )


def _postgresql() -> Finding:
    number = connection.pg_version // 10_000  # type: ignore[attr-defined]
    if number >= LEAST_POSTGRESQL:
        return good("database", f"PostgreSQL {number}")
    return bad("database", f"PostgreSQL {number} is not supported", "upgrade to PostgreSQL 15 or newer")


def _migrations(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001 - one signature for all
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield bad("tables", f"{len(plan)} migrations are not applied", "run `recourse upgrade`")
    else:
        yield good("tables", "up to date")


def _write_gate(installation: Installation) -> Iterator[Finding]:
    if installation.database != "sqlite":
        return
    if connection.settings_dict["ENGINE"] != GATED_ENGINE:
        yield bad(
            "write gate", "the database engine has none", "use the configuration's own database settings"
        )
        return
    gate = Path(f"{connection.settings_dict['NAME']}{SUFFIX}")
    # A file that we made would belong to whoever runs this, not to the processes: try the lock beside it then.
    with gate.open("rb+") if gate.is_file() else tempfile.TemporaryFile(dir=gate.parent) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield good("write gate", "free and lockable")
        except BlockingIOError:
            yield good("write gate", "in use by a writer")
        except OSError:
            yield bad("write gate", "this file system has no locks", "put the home folder on a local disk")


def _clock(installation: Installation) -> Iterator[Finding]:
    if installation.database == "postgresql":
        yield _database_clock()
    tool, said = shutil.which("timedatectl"), ""
    if tool is not None:
        command = [tool, "show", "-p", "NTPSynchronized", "--value"]
        with suppress(subprocess.TimeoutExpired):
            said = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=10
            ).stdout.strip()
    if said == "yes":
        yield good("clock", "synchronised")
    elif said == "no":
        yield bad("clock", "not synchronised, and deadlines need a right clock", "run an NTP client")
    else:
        yield note("clock", "nothing on this machine says whether it is synchronised", "run an NTP client")


def _database_clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(cursor.fetchone()[0] - datetime.now(UTC))
    if apart > CLOCKS_APART:
        return bad(
            "clock", f"the database's is {apart.total_seconds():.0f} s apart", "run NTP on both machines"
        )
    return good("clock", "the same as the database's")


def _disk(installation: Installation) -> Iterator[Finding]:
    folders = {installation.home, installation.ledger, installation.home / "data"}
    free, where = min((shutil.disk_usage(folder).free, folder) for folder in folders if folder.is_dir())
    if free < LEAST_DISK:
        reason = f"{free // 1_000_000} MB free at {where}"
        yield bad("disk", reason, "free at least 2 GB: a full disk refuses reports")
    else:
        yield good("disk", f"{free // 1_000_000_000} GB free")


def _queue(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    age = jobs.oldest_due_age(clock.now())
    failed, given_up = jobs.counts_by_state()["failed"], jobs.outbox_counts()["gave_up"]
    if age is None:
        yield good("queue", "nothing waits")
    elif age > OLDEST_JOB:
        minutes = int(age.total_seconds()) // 60
        yield bad(
            "queue", f"the oldest due job waits since {minutes} minutes", "start a worker: `recourse worker`"
        )
    else:
        yield good("queue", f"the oldest due job waits since {age.total_seconds():.0f} s")
    if failed:
        yield bad("queue", f"{failed} jobs failed for good", "see docs/how-to/failed-jobs.md")
    if given_up:
        yield bad("queue", f"{given_up} letters could not be handed over", "see docs/how-to/failed-jobs.md")


def _reading(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    """Say which platforms' pages we read no longer, or by rules that nobody reviewed."""
    called = checks_of_places.alarms(clock.now())
    for alarm in called:
        where = f"{alarm.platform} {alarm.kind}".strip()
        since = alarm.since.date().isoformat()
        rule = f"world/rules/platforms/{alarm.platform}.toml"
        if alarm.reason is AlarmReason.LAYOUT_CHANGED:
            yield bad("reading", f"{where}: no rule recognises its pages since {since}", f"correct {rule}")
        elif alarm.reason is AlarmReason.CONTROL_UNREADABLE:
            reason = (
                f"{where}: a place known to be live is not seen live since {since}, so nothing counts as gone"
            )
            yield bad("reading", reason, f"look at the controls in {rule}, and at the way out")
        else:
            yield note("reading", f"{where}: its rule was to be reviewed by {since}", f"review {rule}")
    if not called:
        yield good("reading", "every rule is reviewed, and the pages looked at lately were read")


def _exchange(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    """Name the platforms with whose keys somebody seems to feel out the bank."""
    every = exchange.every_key(now=clock.now())
    noticed = [one for one in every if one.standing is Standing.NOTICED]
    for one in noticed:
        since = one.noticed_at.date().isoformat() if one.noticed_at else "today"
        verb = "recourse exchange key"
        yield bad(
            "exchange",
            f"the keys of {one.name} look since {since} as if somebody learnt by trial what the list holds, "
            "and are slowed",
            f"ask its contact what ran; then `{verb} clear {one.name}`, or `{verb} revoke {one.name}`",
        )
    if not noticed:
        yield good(
            "exchange", f"no key was noticed, of {sum(one.revoked_at is None for one in every)} in force"
        )


def _sandbox(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    sandbox = ZygoteSandbox()
    try:
        json.loads(sandbox.run("text", b"<title>harbour</title>"))
        layers = sandbox.layers
    except SandboxUnavailableError as error:
        remedy = "let the user of the worker execute the Python of this installation (not one in root's home)"
        yield bad("sandbox", f"does not start ({error.detail})", remedy)
        return
    except RecourseError as error:
        remedy = "run on a kernel with seccomp: without the sandbox nothing from outside is read"
        yield bad("sandbox", f"does not work ({error.code})", remedy)
        return
    finally:
        sandbox.close()
    yield good("sandbox", "works; " + ", ".join(f"{name} {held}" for name, held in sorted(layers.items())))
