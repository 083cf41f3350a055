"""Looks at the key files: whether each is there, closed to others, and with the process that may hold it.

Where every process has a user and a folder of its own (`keys-web` beside `keys` and so on, as docs/how-to/deploy.md
lays them), a person's doctor looks into each of them; a process looks at its own. Refuses: to read a key.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from recourse.operations.findings import Finding, Health, bad, good, note
from recourse.operations.ports import Installation

ONE_PROCESS = ("desk", "exchange", "mail", "web", "worker")
PUBLIC = "vault.recipient"
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_findings(installation: Installation) -> Iterator[Finding]:
    """Say whether the keys are whole and closed, and who holds which."""
    beside = {role: installation.keys.parent / f"keys-{role}" for role in ONE_PROCESS}
    apart = {role: folder for role, folder in beside.items() if folder.is_dir()}
    if installation.process == "command" and apart:
        yield from _apart(installation, apart)
        return
    for process in ONE_PROCESS:
        yield note("keys", f"a {process} process holds {', '.join(sorted(installation.key_roles[process]))}")
    found = list(_whole(installation.keys, installation.key_roles[installation.process]))
    yield from found or [good("keys", "complete, each open to its owner alone")]
    if installation.process not in ONE_PROCESS:
        yield note(
            "keys",
            "one user of this machine holds every key, so whoever breaks into the web process can open cases",
            "for production run web, desk, exchange, worker and mail as five users (docs/how-to/deploy.md)",
        )


def _apart(installation: Installation, apart: Mapping[str, Path]) -> Iterator[Finding]:
    """Look into the folder of each process that runs on this machine."""
    every = frozenset().union(*installation.key_roles.values())
    owners: dict[int, str] = {}
    for role, folder in apart.items():
        if not os.access(folder, os.R_OK | os.X_OK):
            yield note("keys", f"{folder} is closed to you", "run `recourse doctor` as root")
            continue
        found = list(_whole(folder, installation.key_roles[role]))
        for name in sorted(every - installation.key_roles[role]):
            if (folder / name).exists():
                reason = f"{folder} holds {name}, which a {role} process must not have"
                found.append(bad("keys", reason, f"remove {folder / name}"))
        owner = folder.stat().st_uid
        if owner in owners or owner == 0:
            reason = (
                f"{folder} belongs to root" if owner == 0 else f"{folder} and {owners[owner]} have one owner"
            )
            found.append(
                bad("keys", reason, f"chown it, with its files, to the user of the {role} process alone")
            )
        owners.setdefault(owner, str(folder))
        yield from found
        if all(finding.health is not Health.BAD for finding in found):
            yield good("keys", f"{folder} holds what a {role} process needs, and nothing else")
    if installation.keys.is_dir():
        remedy = "copy it to a place offline, then remove it here"
        yield note("keys", f"{installation.keys}, with every key in it, is still on this machine", remedy)


def _whole(folder: Path, names: frozenset[str]) -> Iterator[Finding]:
    """Say what is missing or open to others; nothing where all is well."""
    for name in sorted(names):
        path = folder / name
        if not os.access(path, os.R_OK):
            reason = f"{path} is missing, or closed to you"
            yield bad(
                "keys",
                reason,
                "give it to its user, or restore it from its copy",
            )
        elif path.stat().st_mode & OPEN_TO_OTHERS and name != PUBLIC:
            yield bad("keys", f"{path} is open to others than its owner", f"chmod 600 {path}")
