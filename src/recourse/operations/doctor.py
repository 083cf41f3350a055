"""Looks at an installation and says, a line each, what is well and what is not, with the reason and a remedy.

Refuses: to change anything, and to call an installation healthy because a check could not run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from recourse.base.core import clock
from recourse.base.jobs import selectors as jobs
from recourse.operations.findings import Finding, Health, bad, good, note
from recourse.operations.mailcheck import mail_findings
from recourse.operations.ports import Installation

FIXED_SQLITE = (3, 51, 3)  # before it, a reset of the write-ahead log could corrupt (sqlite.org, 2026-03-13)
LEAST_POSTGRESQL = 15
LEAST_DISK = 2_000_000_000  # bytes
OLDEST_JOB = timedelta(minutes=15)


def examine(installation: Installation) -> list[Finding]:
    """Run every check; one that fails to run is a finding itself."""
    checks: list[Callable[[Installation], Iterator[Finding]]] = [
        _combinations,
        _database,
        _migrations,
        _write_gate,
        _keys,
        _clock,
        _disk,
        _queue,
        _sandbox,
        mail_findings,
    ]
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
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield bad(
            "database", f"does not answer ({type(error).__name__})", "check database.url and the server"
        )
        return
    if installation.database == "sqlite":
        version = ".".join(map(str, sqlite3.sqlite_version_info))
        text = f"SQLite {version}"
        if sqlite3.sqlite_version_info >= FIXED_SQLITE:
            yield good("database", text)
        else:
            yield note(
                "database",
                f"{text} is older than 3.51.3, whose write-ahead log has a rare corruption fixed since",
                "back up daily; PostgreSQL for production",
            )
        return
    number = connection.pg_version // 10_000  # type: ignore[attr-defined]
    if number >= LEAST_POSTGRESQL:
        yield good("database", f"PostgreSQL {number}")
    else:
        yield bad("database", f"PostgreSQL {number} is not supported", "upgrade to PostgreSQL 15 or newer")


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
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine != "recourse.base.jobs.sqlite":
        yield bad(
            "write gate", "the database engine has none", "use the configuration's own database settings"
        )
        return
    gate = f"{settings.DATABASES['default']['NAME']}.gate"
    descriptor = os.open(gate, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield good("write gate", "free and lockable")
    except BlockingIOError:
        yield good("write gate", "in use by a writer")
    except OSError:
        yield bad("write gate", "this file system has no locks", "put the home folder on a local disk")
    finally:
        os.close(descriptor)


def _keys(installation: Installation) -> Iterator[Finding]:
    for process, names in sorted(installation.key_roles.items()):
        if process in {"web", "desk", "worker", "mail"}:
            yield note("keys", f"a {process} process holds {', '.join(sorted(names))}")
    for name in sorted(installation.key_roles["all"]):
        path = installation.keys / name
        if not path.is_file():
            yield bad("keys", f"{name} is missing", "run `recourse init`, or restore it from the key backup")
        elif path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP) and name != "vault.recipient":
            yield bad("keys", f"{name} can be read by every user", f"chmod 600 {path}")
    if installation.process in {"all", "command"}:
        yield note(
            "keys",
            "one user of this machine holds every key, so whoever breaks into the web process can open cases",
            "for production run web, desk, worker and mail as four users (docs/how-to/deploy.md)",
        )


def _clock(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    tool = shutil.which("timedatectl")
    if tool is None:
        yield note("clock", "nothing on this machine says whether it is synchronised", "run an NTP client")
        return
    said = subprocess.run(
        [tool, "show", "-p", "NTPSynchronized", "--value"], capture_output=True, text=True, check=False
    )
    if said.stdout.strip() == "yes":
        yield good("clock", "synchronised")
    else:
        yield note(
            "clock",
            "not known to be synchronised; deadlines need a right clock",
            "run an NTP client",
        )


def _disk(installation: Installation) -> Iterator[Finding]:
    free = shutil.disk_usage(installation.home).free
    if free < LEAST_DISK:
        yield bad("disk", f"{free // 1_000_000} MB free", "free at least 2 GB: a full disk refuses reports")
    else:
        yield good("disk", f"{free // 1_000_000_000} GB free")


def _queue(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    age = jobs.oldest_due_age(clock.now())
    failed = jobs.counts_by_state().get("failed", 0)
    if age is not None and age > OLDEST_JOB:
        yield bad("queue", f"the oldest due job waits since {age}", "start a worker: `recourse worker`")
    else:
        yield good("queue", "nothing waits")
    if failed:
        yield bad("queue", f"{failed} jobs failed for good", "see docs/how-to/failed-jobs.md")


def _sandbox(installation: Installation) -> Iterator[Finding]:  # noqa: ARG001
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - a kernel file
        seccomp = any(line.startswith("Seccomp:") for line in status)
    if seccomp:
        yield good("sandbox", "the kernel filters system calls")
    else:
        yield bad("sandbox", "the kernel cannot filter system calls", "run on a kernel with seccomp")
