"""An installation with something to save: three cases and a published ledger; and how to look into its backups."""

from __future__ import annotations

import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from recourse.base.vault import age
from recourse.operations import postgresql
from tests.operations.commands import Installed

PEOPLE = """
from recourse.base.ledger import services as ledger
from recourse.base.ledger.domain import EntryKind
from recourse.base.vault.models import WrappedKey
from recourse.work.cases import services
from recourse.work.cases.domain import AgeBand, ForWhom, WhatHappened
from recourse.world.locations.domain import resolve_line
made = {}
for number, code in enumerate(codes):
    case, key = services.open_case(
        code=code, language="en", for_whom=ForWhom.ME, what_happened=[WhatHappened.FOUND],
        age_band=AgeBand.ADULT, mandate=True, now=now)
    services.add_item(
        case_id=case.id, key=key, resolved=resolve_line(f"https://t.me/dusk_harbour/{number}"), now=now)
    made[code] = {"id": str(case.id), "number": case.number}
for number in range(5):
    ledger.record(kind=EntryKind.NOTICE, facts={"step": str(number)}, now=now)
ledger.publish(now=now)
services.erase_case(case_id=made[codes[0]]["id"], now=now)
blobs = [bytes(b).hex() for row in WrappedKey.objects.values_list("by_identity", "by_code") for b in row if b]
print(json.dumps({"made": made, "blobs": blobs}))
"""
STANDING = """
from recourse.base.ledger import selectors
from recourse.base.vault.models import Erasure, WrappedKey
from recourse.work.cases.models import Case
from recourse.work.cases.selectors import case_by_code
from recourse.world.locations.models import Place
from recourse.base.jobs.models import Job
head = selectors.latest_checkpoint()
print(json.dumps({
    "opens": [case_by_code(code, now) is not None for code in codes],
    "states": [Case.objects.get(id=made[code]["id"]).state for code in codes],
    "looked_up": Case.objects.exclude(code_lookup=None).count(),
    "places": Place.objects.filter(erased_at=None).count(), "erasures": Erasure.objects.count(),
    "wrapped": WrappedKey.objects.count(), "head": [head.size, head.text],
    "told": Job.objects.filter(kind__contains="CaseErased").count(),
}))
"""
ERASE = """
from recourse.work.cases import services
services.erase_case(case_id=case_id, now=now)
print("0")
"""


@dataclass(frozen=True)
class Saved:
    """An installation with three cases: the first erased before both backups, the second between them."""

    installed: Installed
    codes: list[str]
    made: dict[str, dict[str, str]]
    blobs: list[bytes]
    data: Path  # the first backup
    keys: Path  # the key backup of the second
    recipient: str
    identity: str
    identity_file: Path

    def restore(self, home: Path, **other: object) -> list[object]:
        options = {
            "--data": self.data,
            "--keys": self.keys,
            "--key-files": self.installed.home / "keys",
            "--identity": self.identity_file,
            "--home": home,
        }
        options |= {f"--{name.replace('_', '-')}": value for name, value in other.items()}
        return ["restore", *(part for pair in options.items() for part in pair)]

    def backup(self, **other: object) -> list[object]:
        folder = self.identity_file.parent
        options = {"--data": folder / "data", "--keys": folder / "keys", "--recipient": self.recipient}
        options |= {f"--{name}": value for name, value in other.items()}
        return ["backup", *(part for pair in options.items() for part in pair)]


def plain(saved: Saved, file: Path) -> dict[str, bytes]:
    """Return what a data backup holds, each file by its name; a PostgreSQL dump as SQL text."""
    found = {}
    with tarfile.open(fileobj=BytesIO(age.decrypt(saved.identity, file.read_bytes()))) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            found[member.name] = content.read()
    if "database.pgdump" in found:
        found["database.pgdump"] = subprocess.run(
            [postgresql.tool("pg_restore"), "--file=-"],
            input=found["database.pgdump"],
            capture_output=True,
            check=True,
        ).stdout
    return found
