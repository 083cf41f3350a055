"""What is deployed: units that systemd accepts and that keep processes apart, an image without a secret."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from recourse.config import keys
from recourse.config.schema import Process

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
ROLES = {"web", "desk", "exchange", "worker", "mail"}
PROGRAM = "/opt/recourse/.venv/bin/recourse"
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text("utf-8")


def parsed(unit: Path) -> dict[str, list[str]]:
    """Return the settings of a unit's service section, each with all its values."""
    section, found = "", {}
    for line in unit.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_there_is_a_unit_for_every_process() -> None:
    assert {unit.stem for unit in UNITS} == {f"recourse-{role}" for role in ROLES}


def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        reason = "systemd-analyze is not installed: the units were not verified"
        print(reason)
        pytest.skip(reason)
    for unit in UNITS:
        text = unit.read_text("utf-8")
        # What an installation brings: the program, the users, the page of the manual.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        text = re.sub(r"^(User|Group)=.*", r"\1=root", text, flags=re.MULTILINE)
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_would_refuse_a_wrong_unit(tmp_path: Path) -> None:
    """The test above can fail."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    (tmp_path / "wrong.service").write_text("[Service]\nExecStart=/nowhere/at/all\nProtectHme=yes\n", "utf-8")
    done = subprocess.run([analyze, "verify", tmp_path / "wrong.service"], capture_output=True, check=False)
    assert done.returncode or done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_process_is_its_own_user_with_its_own_keys(unit: Path) -> None:
    told, role = parsed(unit), unit.stem.removeprefix("recourse-")
    assert told["User"] == [f"recourse-{role}"]
    assert f"RECOURSE_PROCESS={role}" in told["Environment"]
    assert f"RECOURSE_KEYS__FOLDER=/etc/recourse/keys-{role}" in told["Environment"]
    command = {"web": "serve", "desk": "serve", "exchange": "serve"}.get(role, role)
    assert told["ExecStart"][0].split()[:2] == [PROGRAM, command]
    assert Process(role) in keys.HELD_BY


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_process_is_shut_in(unit: Path) -> None:
    told = parsed(unit)
    expected = {
        "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
        "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "LimitCORE": "0",
        "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "ProtectProc": "invisible", "Restart": "always",
    }  # fmt: skip
    assert {name: told[name][-1] for name in expected} == expected
    assert told["SystemCallFilter"][0] == "@system-service"
    # Two units with one state folder would take it from each other at every start: systemd gives it to the
    # user of the unit, with all that lies in it.
    assert ("StateDirectory" in told) == (unit.stem == "recourse-worker")


def test_the_folder_that_the_worker_writes_is_the_public_one() -> None:
    told = parsed(ROOT / "deploy" / "systemd" / "recourse-worker.service")
    assert told["StateDirectory"] == ["recourse/ledger"]
    assert told["StateDirectoryMode"] == ["0755"]
    assert "RECOURSE_LEDGER__FOLDER=/var/lib/recourse/ledger" in told["Environment"]


def test_the_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    stages = CONTAINERFILE.split("\nFROM ")
    last = "FROM " + stages[-1]
    (user,) = re.findall(r"^USER (\S+)$", last, re.MULTILINE)
    assert user not in {"root", "0"}
    assert f"useradd --system --uid 10001 --home-dir /var/lib/recourse --create-home {user}" in last
    assert last.index("USER ") < last.index("ENTRYPOINT")
    assert not re.search(r"(?i)(password|secret|token|identity|\.pem|\.key)\b", CONTAINERFILE)
    assert not re.search(r"^ARG ", CONTAINERFILE, re.MULTILINE), "arguments of a build stay in its history"
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.MULTILINE)
    assert {name for line in copied for name in line.split()} == {
        "requirements.txt", "requirements-build.txt", "pyproject.toml", "README.md", "LICENSE", "src",
    }  # fmt: skip


def test_the_image_installs_by_hash_and_without_an_index_address() -> None:
    installs = re.findall(r"pip (?:install|wheel) ([^&\\]*)", CONTAINERFILE)
    assert len(installs) == 4
    for arguments in installs:
        by_hash = re.search(r"--require-hashes -r requirements(-build)?\.txt", arguments)
        assert by_hash or "--no-deps --no-build-isolation" in arguments or "--no-deps --no-index" in arguments
    assert "index-url" not in CONTAINERFILE
    assert "recourse collectstatic" in CONTAINERFILE, "without its files every page would fail"


def test_the_image_runs_what_was_tested_and_can_save_and_shut_in() -> None:
    bases = re.findall(r"^FROM \S+/python:(\S+?)-", CONTAINERFILE, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert {f">={base}" for base in bases} == {project["project"]["requires-python"]}
    last = CONTAINERFILE.split("\nFROM ")[-1]
    assert "postgresql-client" in last, "`recourse backup` runs pg_dump"
    assert "libseccomp2" in last, "without it nothing from outside is read"
    assert {process for process in ROLES if f"RECOURSE_PROCESS={process}" in last} == ROLES


# -- one command as one of the processes --------------------------------------------------------------------------

AS = ROOT / "deploy" / "recourse-as"


def run_as(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script with our units and a `runuser` that prints what it was asked for."""
    (folder / "runuser").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="ascii")
    (folder / "runuser").chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "UNITS": str(UNITS[0].parent), "SECRET": "dusk"}
    return subprocess.run(
        ["sh", AS, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_command_runs_as_a_process_does(tmp_path: Path, role: str) -> None:
    done = run_as(tmp_path, role, "invite", "officer", "officer-03", "--label", "Officer 03")
    assert (done.returncode, done.stderr) == (0, "")
    told = parsed(ROOT / "deploy" / "systemd" / f"recourse-{role}.service")
    said = done.stdout.splitlines()
    assert said[:4] == ["-u", told["User"][0], "--", "env"]
    assert set(told["Environment"]) <= set(said)
    assert said[-6:] == [PROGRAM, "invite", "officer", "officer-03", "--label", "Officer 03"]
    assert all(" " not in value for value in told["Environment"]), "the script splits at spaces"


def test_another_role_is_refused(tmp_path: Path) -> None:
    assert run_as(tmp_path, "root", "doctor").returncode == 64
    assert run_as(tmp_path).returncode == 64
