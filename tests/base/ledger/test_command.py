"""`recourse ledger`: exit statuses and sentences as the contract promises them."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from recourse.base.ledger import proof, services
from recourse.base.ledger.domain import EntryKind
from tests.base.ledger import logs

VKEY = str(logs.verifier())


def ledger(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("ledger", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_verify_says_that_all_holds(tmp_path: Path) -> None:
    logs.build(tmp_path / "log", logs.leaves(300))
    (tmp_path / "kept").write_text(logs.checkpoint(logs.leaves(7)))
    status, out, err = ledger(
        "verify", str(tmp_path / "log"), "--vkey", VKEY, "--older", str(tmp_path / "kept")
    )
    assert (status, err) == (0, "")
    assert out == (
        "All holds: 300 leaves, every tile and the root recomputed, signed by the pinned key, and it continues the"
        " older checkpoint.\n"
    )


def test_verify_without_a_pinned_key_says_self_consistent_only(tmp_path: Path) -> None:
    logs.build(tmp_path, logs.leaves(3))
    status, out, err = ledger("verify", str(tmp_path))
    assert (status, err) == (3, "")
    assert "self-consistent only" in out.lower()


def test_verify_says_what_is_broken_and_where(tmp_path: Path) -> None:
    logs.build(tmp_path, logs.leaves(300))
    (tmp_path / "tile/0/000").write_bytes(bytes(8192))
    status, out, err = ledger("verify", str(tmp_path), "--vkey", VKEY)
    assert (status, out) == (1, "")
    assert err == "Broken: tile/0/000 does not hold the hashes of what lies below it in tile/entries.\n"
    assert ledger("verify", str(tmp_path), "--vkey", VKEY, "--older", str(tmp_path / "none"))[0] == 1
    assert ledger("verify", str(tmp_path), "--vkey", "nonsense")[0] == 1
    assert (
        ledger("verify", str(tmp_path / "nowhere"), "--vkey", VKEY)[2] == "Broken: checkpoint is missing.\n"
    )


def test_verify_works_in_a_process_without_an_installation(tmp_path: Path) -> None:
    logs.build(tmp_path / "log", logs.leaves(3))
    command = [sys.executable, "-m", "recourse", "ledger", "verify", str(tmp_path / "log"), "--vkey", VKEY]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env={}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("All holds: 3 leaves")


@pytest.mark.django_db
@pytest.mark.db
def test_publish_export_verify_and_proof_fit_together(now: datetime, folder: Path, tmp_path: Path) -> None:
    assert ledger("publish") == (0, "Nothing is recorded yet.\n", "")
    status, out, err = ledger("export", str(tmp_path / "out"))
    assert (status, out, err) == (75, "", "recourse: there is no checkpoint yet [ledger_not_published]\n")
    entry_id = services.record(kind=EntryKind.NOTICE, facts={"recipient": "harbour-social"}, now=now)
    assert ledger("proof", str(entry_id))[0] == 75
    status, out, _ = ledger("publish")
    assert status == 0
    assert out.startswith(f"{logs.KEY.origin}\n4\n")
    status, out, _ = ledger("export", str(tmp_path / "out"))
    assert status == 0
    assert VKEY in out
    assert ledger("verify", str(tmp_path / "out"), "--vkey", VKEY)[0] == 0
    status, out, _ = ledger("proof", str(entry_id))
    assert status == 0
    assert proof.check(proof.parse(out), key=logs.verifier()).size == 4
    assert ledger("publish", "--quiet-too")[1].startswith(f"{logs.KEY.origin}\n8\n")
