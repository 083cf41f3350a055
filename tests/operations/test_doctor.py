"""Each thing that `doctor` looks at, found well and found bad, with a remedy."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from recourse.base.core import wiring
from recourse.base.core.clock import Clock, FixedClock
from recourse.base.core.errors import OutsideError
from recourse.base.core.sandbox import SandboxRefusedError, ZygoteSandbox
from recourse.base.jobs import services as jobs
from recourse.base.jobs.models import Job, Outbox
from recourse.operations import doctor
from recourse.operations.findings import Health
from recourse.operations.keymaking import DMARC, SPF, dkim_record
from recourse.operations.ports import Installation
from recourse.work.notices.adapters.names import NameTable
from recourse.work.notices.ports import DnsText
from recourse.world.checks.models import Alarm
from recourse.world.exchange.domain.keys import MOST_AT_EDGE, Function
from recourse.world.exchange.services import keeping
from tests.operations.commands import command
from tests.operations.looking import one_bad, only
from tests.world.exchange.making import admitted, platform
from tests.world.matching.making import digits

pytestmark = [pytest.mark.db, pytest.mark.django_db]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_an_installation_without_fault(installation: Installation, tmp_path: Path) -> None:
    domain = installation.sender_domain
    pem = (tmp_path / "keys" / "dkim.pem").read_text("ascii")
    table = {domain: SPF, f"s1._domainkey.{domain}": dkim_record(pem), f"_dmarc.{domain}": DMARC}
    with wiring.bound(DnsText, NameTable(table)):  # type: ignore[type-abstract]
        found = doctor.examine(replace(installation, dangers=list))
    assert [finding.line() for finding in found if finding.health is Health.BAD] == []
    good = {finding.what for finding in found if finding.health is Health.GOOD}
    assert good >= {"configuration", "tables", "keys", "disk", "queue", "sandbox", "SPF", "DKIM", "DMARC"}
    assert doctor.healthy(found)


def test_a_dangerous_combination(installation: Installation) -> None:
    one_bad(doctor._combinations(replace(installation, dangers=lambda: ["web.debug is on"])), "web.debug")


def test_a_missing_migration(installation: Installation) -> None:
    assert not only(doctor._migrations(installation), Health.BAD)
    latest = MigrationLoader(connection).graph.leaf_nodes("hotline")[0]
    MigrationRecorder(connection).record_unapplied(*latest)
    one_bad(doctor._migrations(installation), "1 migrations are not applied")


def test_a_database_that_is_not_there(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not only(doctor._database(installation), Health.BAD)

    def away() -> None:
        raise OperationalError("a harbour at dusk")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "ensure_connection", away)
        one_bad(doctor._database(installation), "does not answer (OperationalError)")
    if installation.database == "sqlite":
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none.sqlite3"))
        one_bad(doctor._database(installation), "no database file")
        assert not (tmp_path / "none.sqlite3").exists(), "looking makes nothing"


def test_versions_of_the_database(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._sqlite_version((3, 51, 3)).health is Health.GOOD
    assert doctor._sqlite_version((3, 40, 1)).health is Health.NOTE
    if installation.database == "postgresql":
        for number, health in ((140_009, Health.BAD), (150_001, Health.GOOD)):
            monkeypatch.setitem(connection.__dict__, "pg_version", number)
            assert doctor._postgresql().health is health


def test_the_write_gate(installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if installation.database != "sqlite":
        assert not list(doctor._write_gate(installation))
        return
    name = tmp_path / "some.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(name))
    assert [found.reason for found in doctor._write_gate(installation)] == ["free and lockable"]
    assert not list(tmp_path.glob("*.gate")), "a gate of another owner would stop the processes"
    with Path(f"{name}.gate").open("wb") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        assert [found.reason for found in doctor._write_gate(installation)] == ["in use by a writer"]

    def no_locks(*_arguments: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    with monkeypatch.context() as broken:
        broken.setattr(doctor.fcntl, "flock", no_locks)
        one_bad(doctor._write_gate(installation), "no locks")
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.sqlite3")
    one_bad(doctor._write_gate(installation), "has none")


@pytest.mark.parametrize(("said", "health"), [("yes", "good"), ("no", "bad"), ("", "note"), (None, "note")])
def test_the_clock(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str | None, health: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    if said is not None:
        (programs / "timedatectl").write_text(f"#!/bin/sh\necho {said}\n", encoding="ascii")
        (programs / "timedatectl").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    (found,) = doctor._clock(replace(installation, database="sqlite"))
    assert found.health == health


def test_the_databases_clock(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    if installation.database == "sqlite":
        return
    assert doctor._database_clock().health is Health.GOOD
    monkeypatch.setattr(doctor, "CLOCKS_APART", timedelta(0))
    one_bad(iter([doctor._database_clock()]), "s apart")


def test_the_disk(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, health in ((3_000_000_000, Health.GOOD), (1_999_999_999, Health.BAD)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: Usage(9, 9, free))
        (found,) = doctor._disk(installation)
        assert found.health is health
    assert "1999 MB free" in found.reason


def test_the_queue(installation: Installation, now: datetime) -> None:
    assert [found.reason for found in doctor._queue(installation)] == ["nothing waits"]
    job = Job.objects.create(kind="checks.probe", due_at=now - timedelta(minutes=14))
    assert not only(doctor._queue(installation), Health.BAD)
    Job.objects.filter(id=job.id).update(due_at=now - timedelta(minutes=16))
    one_bad(doctor._queue(installation), "waits since 16 minutes")
    Job.objects.filter(id=job.id).update(state="failed", finished_at=now)
    one_bad(doctor._queue(installation), "1 jobs failed for good")
    Job.objects.all().delete()
    Outbox.objects.create(
        transport="smtp", idempotency_key="1", key_id=job.id, envelope=b"1", body=b"1", state="gave_up",
        state_since=now, queued_at=now,
    )  # fmt: skip
    one_bad(doctor._queue(installation), "1 letters could not be handed over")
    jobs.blank_out(outbox_ids=Outbox.objects.values_list("id", flat=True))
    assert not only(doctor._queue(installation), Health.BAD), "erased, it is nothing that a person could mend"


def test_the_sandbox(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = doctor._sandbox(installation)
    assert found.health is Health.GOOD
    assert "allowlist" in found.reason

    def refuse(*_arguments: Any, **_named: Any) -> bytes:
        raise SandboxRefusedError("text")

    monkeypatch.setattr(ZygoteSandbox, "run", refuse)
    one_bad(doctor._sandbox(installation), "sandbox_refused")


def test_a_sandbox_whose_python_is_closed_to_its_user_names_the_reason(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = tmp_path / "python"
    closed.write_text("", encoding="ascii")  # nobody may execute it
    monkeypatch.setattr("sys.executable", str(closed))
    one_bad(doctor._sandbox(installation), "Permission denied")


@pytest.mark.parametrize(
    ("what", "record", "health", "words"),
    [
        ("SPF", None, "bad", "no v=spf1"),
        ("SPF", "something else", "bad", "no v=spf1"),
        ("SPF", "v=spf1 mx +all", "note", "every machine"),
        ("SPF", SPF, "good", "published"),
        ("DKIM", None, "bad", "not published"),
        ("DKIM", "v=DKIM1; k=rsa; p=AAAA", "bad", "another one"),
        ("DMARC", None, "bad", "not published"),
        ("DMARC", "v=DMARC1; p=none", "note", "policy is none"),
        ("DMARC", "v=DMARC1; p=quarantine; sp=none", "good", "policy"),
    ],
)
def test_what_receivers_of_our_mail_find(
    installation: Installation, what: str, record: str | None, health: str, words: str
) -> None:
    domain = installation.sender_domain
    name = {
        "SPF": domain,
        "DKIM": f"{installation.dkim_selector}._domainkey.{domain}",
        "DMARC": f"_dmarc.{domain}",
    }
    table = {} if record is None else {name[what]: record}
    with wiring.bound(DnsText, NameTable(table)):  # type: ignore[type-abstract]
        (found,) = [finding for finding in doctor.mail_findings(installation) if finding.what == what]
    assert found.health == health
    assert words in found.reason
    assert health == "good" or found.remedy


def test_a_silent_name_system(installation: Installation) -> None:
    def silent(*_asked: Any, **_named: Any) -> bytes | None:
        raise OutsideError("silent")

    with wiring.bound(DnsText, SimpleNamespace(txt=silent)):  # type: ignore[type-abstract]
        found = list(doctor.mail_findings(installation))
    assert [(finding.what, finding.health) for finding in found] == [
        (what, Health.BAD) for what in ("SPF", "DKIM", "DMARC")
    ]


def test_a_check_that_cannot_run_is_a_finding(installation: Installation) -> None:
    def broken() -> list[str]:
        raise sqlite3.Error("a harbour at dusk")

    found = doctor.examine(replace(installation, dangers=broken), names=False)
    (first,) = [finding for finding in found if finding.what == "combinations"]
    assert first.reason == "the check could not run (Error)"
    assert not doctor.healthy(found)


def test_the_command_says_all_and_ends_with_1_when_something_is_bad(home: Path) -> None:
    key = home / "keys" / "reply.key"
    with wiring.bound(DnsText, NameTable({})):  # type: ignore[type-abstract]
        os.chmod(key, 0o644)  # noqa: PTH101 - and back
        try:
            status, out, err = command("doctor")
        finally:
            os.chmod(key, 0o600)  # noqa: PTH101
    assert (status, err) == (1, "")
    assert "reply.key is open to others than its owner. Remedy: chmod 600" in out
    assert all(line.split()[0] in {"good", "note", "bad"} for line in out.splitlines())


# -- reading platforms ------------------------------------------------------------------------------------------


def test_rules_that_read_are_well(installation: Installation) -> None:
    assert [one.health for one in doctor._reading(installation)] == [Health.GOOD]


@pytest.mark.parametrize(
    ("reason", "words"),
    [("layout_changed", "no rule recognises its pages"), ("control_unreadable", "is not seen live")],
)
def test_pages_that_read_no_longer_are_bad_and_name_the_file(
    installation: Installation, now: datetime, reason: str, words: str
) -> None:
    Alarm.objects.create(platform="telegram", kind="message", reason=reason, since=now)
    one_bad(doctor._reading(installation), words)
    (found,) = doctor._reading(installation)
    assert "platforms/telegram.toml" in found.remedy


def test_a_rule_that_nobody_reviewed_in_time_is_noted(installation: Installation) -> None:
    with wiring.bound(Clock, FixedClock(datetime(2030, 1, 1, tzinfo=UTC))):  # type: ignore[type-abstract]
        found = list(doctor._reading(installation))
    assert {one.health for one in found} == {Health.NOTE}
    assert any("telegram message" in one.reason for one in found)


# -- keys of platforms ------------------------------------------------------------------------------------------


def test_keys_that_were_noticed_are_bad_and_named_until_somebody_looked(
    installation: Installation, now: datetime
) -> None:
    platform(now, "kanal")
    key = admitted(platform(now), Function.MATCH)
    (found,) = doctor._exchange(installation)
    assert (found.health, found.reason) == (Health.GOOD, "no key was noticed, of 2 in force")
    for step in range(MOST_AT_EDGE + 1):
        keeping.spend(key=key, asked=1, now=now)
        keeping.enter(key=key, given=1, edge=[digits(step)], now=now)
    one_bad(doctor._exchange(installation), f"the keys of murmur look since {now.date()}")
    (found,) = doctor._exchange(installation)
    assert "recourse exchange key clear murmur" in found.remedy
    command("exchange", "key", "clear", "murmur")
    assert [one.health for one in doctor._exchange(installation)] == [Health.GOOD]
