"""Keys are whole, closed, and each with the process that may hold it; in one folder or in five."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from recourse.base.core import wiring
from recourse.operations.findings import Health
from recourse.operations.keycheck import ONE_PROCESS, key_findings
from recourse.operations.keymaking import dkim_record
from recourse.operations.mailcheck import mail_findings
from recourse.operations.ports import Installation
from recourse.work.notices.adapters.names import NameTable
from recourse.work.notices.ports import DnsText
from tests.operations.looking import one_bad, only

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.mark.parametrize("name", ["vault.identity", "ledger.key", "dkim.pem", "vault.recipient"])
def test_a_missing_key(installation: Installation, name: str) -> None:
    assert not only(key_findings(installation), Health.BAD)
    (installation.keys / name).unlink()
    one_bad(key_findings(installation), f"{name} is missing")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_can_read_or_write(installation: Installation, mode: int) -> None:
    (installation.keys / "vault.recipient").chmod(0o644)  # public
    assert not only(key_findings(installation), Health.BAD)
    (installation.keys / "reply.key").chmod(mode)
    one_bad(key_findings(installation), "reply.key is open to others")


def test_a_process_of_its_own_needs_its_own_keys_only(installation: Installation) -> None:
    (installation.keys / "vault.identity").unlink()
    assert not only(key_findings(replace(installation, process="web")), Health.BAD)
    one_bad(key_findings(replace(installation, process="desk")), "vault.identity is missing")
    said = [finding.reason for finding in key_findings(replace(installation, process="web"))]
    assert not any("one user of this machine" in reason for reason in said)
    assert any("one user of this machine" in f.reason for f in key_findings(installation))


def apart(installation: Installation) -> Installation:
    """Lay the keys as docs/how-to/deploy.md does: a folder and an owner for each process, and none for all."""
    for number, role in enumerate(ONE_PROCESS):
        folder = installation.keys.parent / f"keys-{role}"
        folder.mkdir(mode=0o700)
        for name in installation.key_roles[role]:
            shutil.copy(installation.keys / name, folder / name)
            (folder / name).chmod(0o600)
        if os.geteuid() == 0:
            os.chown(folder, 70_001 + number, 70_000)
    shutil.rmtree(installation.keys)
    return replace(installation, process="command")


def test_keys_of_five_users_are_looked_at_folder_by_folder(installation: Installation) -> None:
    laid = apart(installation)
    found = list(key_findings(laid))
    assert len(only(iter(found), Health.GOOD)) == (5 if os.geteuid() == 0 else 1), found
    (laid.keys.parent / "keys-worker" / "ledger.key").unlink()
    assert any("ledger.key is missing" in f.reason for f in only(key_findings(laid), Health.BAD))


def test_a_key_with_a_process_that_must_not_have_it_is_bad(installation: Installation) -> None:
    laid = apart(installation)
    shutil.copy(laid.keys.parent / "keys-worker" / "vault.identity", laid.keys.parent / "keys-web")
    reasons = [found.reason for found in only(key_findings(laid), Health.BAD)]
    assert any("keys-web holds vault.identity" in reason for reason in reasons)


def test_two_processes_of_one_user_are_bad(installation: Installation) -> None:
    laid = apart(installation)
    if os.geteuid() == 0:
        os.chown(laid.keys.parent / "keys-web", 70_001, 70_000)
    assert any("have one owner" in found.reason for found in only(key_findings(laid), Health.BAD))


def test_the_signing_key_is_compared_where_it_lies(installation: Installation) -> None:
    laid = apart(installation)
    domain = laid.sender_domain
    record = dkim_record((laid.keys.parent / "keys-worker" / "dkim.pem").read_text("ascii"))
    with wiring.bound(DnsText, NameTable({f"s1._domainkey.{domain}": record})):  # type: ignore[type-abstract]
        (found,) = [one for one in mail_findings(laid) if one.what == "DKIM"]
        assert found.health is Health.GOOD
        shutil.rmtree(laid.keys.parent / "keys-worker")
        (other,) = [one for one in mail_findings(replace(laid, process="mail")) if one.what == "DKIM"]
    assert other.health is Health.NOTE
