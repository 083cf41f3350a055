"""`recourse demo --once` as a stranger runs it: the story ends well, and a stranger's program accepts its ledger."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recourse.base.ledger.verification import verify_folder
from tests import servers
from tests.interop.ledger_verifiers import build

pytestmark = pytest.mark.e2e

BEGUN = [
    r"A survivor reported one place and kept her code",
    r"An officer found the case by the link, said why, and decided without looking",
    r"She was asked whether we may, since they may tell others, and said: go on",
]
BY_HAND = r"The officer copied the work-sheet into their form and noted their reference [A-Z]-\d+"
STORIES = {
    "Kanal": [
        *BEGUN,
        r"The officer read and approved notice N-\w+ to Kanal",
        r"Evidence was captured, it was still there, and the signed notice arrived by mail",
        r"They wrote: removed\. Recorded as what they say; it closes nothing",
        r"We looked twice, an hour apart, from two countries\. She reads: gone",
    ],
    "Murmur": [
        *BEGUN,
        BY_HAND,
        r"They acknowledged by mail\. She reads: acknowledged, still there",
        r"Later they wrote: removed",
        r"We looked twice, an hour apart, from two countries\. She reads: gone",
    ],
    "Lumo": [
        *BEGUN,
        BY_HAND,
        r"They wrote: restricted in your country",
        r"Gone at home and up abroad, twice, an hour apart\. She reads: hidden, not gone",
    ],
    "Fotoly": [
        *BEGUN,
        BY_HAND,
        r"They wrote: no, it does not go against our guidelines\. Recorded with the reason",
        r"The same is not asked again without new facts; the desk proposes another way",
    ],
    "Vidra": [
        *BEGUN,
        BY_HAND,
        r"Days passed\. A timer set the silence, with its date; the desk shows it as late",
        r"The officer reminded them, in the time that the company itself names",
        r"The officer read and approved notice N-\w+ to Deliberation office",
        r"Still no answer: an authority was asked for a decision",
        r"Meanwhile a copy turned up elsewhere\. She added it with her code",
        r"The officer entered whom the host wants to be written to, and decided",
        r"The host wrote: removed",
        r"She reads: the copy is gone, the first is still there",
    ],
}
TABLE = [
    r"Kanal, place 1 .*Says removed .*Gone$",
    r"Murmur, place 1 .*Says removed .*Gone$",
    r"Lumo, place 1 .*Says hidden .*Hidden, not gone$",
    r"Fotoly, place 1 .*Says no .*Still there$",
    r"Vidra, place 1 .*No answer.*Still there$",
    r"Vidra, place 2 .*Says removed .*Gone$",
]
END = [
    r"All holds: \d+ leaves, every tile and the root recomputed, signed by the pinned key",
    r"Every story ended as it should",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("once") / "demo"
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("RECOURSE_", "DJANGO_"))}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "recourse", "demo", "--once"),
            *("--port", str(servers.free_port()), "--folder", str(folder)),
        ],
        env=environment,
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    return folder, done


def found_in_order(lines: list[str], wanted: list[str]) -> None:
    """Each of these stands in a line of its own, in this order."""
    at = 0
    for words in wanted:
        hit = next((n for n, line in enumerate(lines[at:], start=at) if re.search(words, line)), None)
        assert hit is not None, f"{words!r} is missing in\n" + "\n".join(lines)
        at = hit + 1


def test_the_stories_are_told_and_end_with_status_0(
    demo: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = demo
    logs = "\n".join(f"{log.name}: {log.read_text('utf-8')[-2000:]}" for log in folder.glob("*.log"))
    assert done.returncode == 0, done.stdout + done.stderr + logs
    lines = done.stdout.splitlines()
    for name, told in STORIES.items():
        found_in_order([line for line in lines if re.match(rf" +[0-9.]+ s  {name} ", line)], told)
    found_in_order(lines, [*TABLE, *END])
    assert "\x1b" not in done.stdout, "no bar where nobody watches"
    assert done.stderr == ""


def test_no_process_is_left(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _done = demo
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            assert f"RECOURSE_CONFIG={folder}".encode() not in environment, entry.name


def test_a_strangers_verifier_accepts_the_demos_ledger(
    demo: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    export = demo[0] / "ledger-export"
    vkey = (export / "vkey").read_text("utf-8").strip()
    both = build(tmp_path)
    assert both(export, vkey) == (0, 0)
    size = verify_folder(export, vkey).size
    status, said = both.go("-dir", str(export), "-vkey", vkey)
    assert (status, f"{size}" in said) == (0, True), said
    # Each day's checkpoint left its own partial bundle; the last is the one that this checkpoint rests on.
    bundles = [path for path in (export / "tile" / "entries").rglob("*") if path.is_file()]
    entries = max(bundles, key=lambda path: int(path.name))
    assert entries.name == str(size), "a small log has one bundle, as long as itself"
    changed = bytearray(entries.read_bytes())
    changed[-1] ^= 1
    entries.write_bytes(changed)
    assert both(export, vkey) == (1, 1), "one changed bit, and nobody accepts it"
