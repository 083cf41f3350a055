"""The unmodified `tx` command of threatexchange, and our extension for it, against the exchange as it is served.

Configured as the manual says, over HTTP, from keys that `recourse exchange key create` printed.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image
from pytest_django.live_server_helper import LiveServer
from threatexchange.exchanges.clients.stopncii import api as stock

from recourse.base.core import wiring
from recourse.base.core.clock import FixedClock
from recourse.fingerprints.files import HashedPicture, hash_file
from recourse.operations.ports import Installation
from recourse.world.exchange.canary import picture
from recourse.world.matching.models import BankRead, Feedback
from tests.fingerprints import scenes
from tests.world.exchange.making import Pictures, share_hashes
from tests.world.matching.making import digits

pytestmark = [pytest.mark.interop, pytest.mark.db, pytest.mark.django_db(transaction=True)]
CLIENT = Path(__file__).resolve().parents[2] / "clients" / "tx"
TX = Path(sys.executable).with_name("tx")


@dataclass(frozen=True)
class Platform:
    """A platform's machine: the tx command with a home of its own."""

    home: Path
    keys: dict[str, str]

    def tx(self, *words: str) -> str:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "PYTHONPATH": str(CLIENT), **self.keys,
        }  # fmt: skip
        done = subprocess.run(
            [TX, *words], env=environment, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout

    def held(self) -> set[str]:
        """The hashes in its dataset."""
        return set(self.tx("dataset", "-P", "--print-signals-only", "-s", "pdq", "-c", "HARBOUR").split())

    def matches(self, file: Path, *words: str) -> bool:
        return "INVESTIGATION_SEED" in self.tx("match", *words, "photo", str(file))


@pytest.fixture
def printed(live_server: LiveServer) -> dict[str, object]:
    """What `recourse exchange key create murmur --json` prints."""
    known = wiring.resolve(Installation)
    here = type(known)(**{**{name: getattr(known, name) for name in known.__dataclass_fields__},
                          "exchange_url": live_server.url.replace("localhost", "127.0.0.1")})  # fmt: skip
    said = io.StringIO()
    with wiring.bound(Installation, here):
        call_command("exchange", "key", "create", "murmur", "--json", stdout=said)
    return dict(json.loads(said.getvalue()))


@pytest.fixture
def murmur(tmp_path: Path, printed: dict[str, object]) -> Platform:
    (tmp_path / "home").mkdir()
    environment = printed["environment"]
    assert isinstance(environment, dict)
    return Platform(tmp_path / "home", environment)


def a_picture(folder: Path, seed: int) -> Path:
    """A scene as a JPEG."""
    path = folder / f"scene-{seed}.jpg"
    Image.fromarray(scenes.landscape(640, 480, seed)).save(path, quality=92)
    return path


def reported(files: list[Path], clock: FixedClock) -> Pictures:
    """A survivor reports pictures, and they are shared."""
    hashed = []
    for file in files:
        with file.open("rb") as opened:
            found = hash_file(opened)
        assert isinstance(found, HashedPicture)
        hashed.append(found.pdq.hex())
    return share_hashes(tuple(hashed), clock.at)


def copy_of(file: Path) -> Path:
    """The picture as somebody posts it again: smaller and coarser."""
    path = file.with_name(f"copy-{file.name}")
    with Image.open(file) as opened:
        opened.resize((opened.width * 3 // 4, opened.height * 3 // 4)).save(path, quality=60)
    return path


def test_the_stock_command_fetches_and_matches(murmur: Platform, tmp_path: Path, clock: FixedClock) -> None:
    shown, other = (a_picture(tmp_path, seed) for seed in (1, 2))
    shared = reported([shown], clock)
    murmur.tx("config", "collab", "edit", "stop_ncii", "--create", "HARBOUR")
    murmur.tx("fetch")
    assert shared.hashes[0] in murmur.held()
    assert len(murmur.held()) == 3, "one picture and the two canaries"
    assert murmur.matches(shown)
    assert murmur.matches(copy_of(shown))
    assert not murmur.matches(other)
    (read,) = BankRead.objects.filter(reader="platform:murmur")
    assert read.hashes == 1


def test_a_platform_can_try_its_chain_with_the_canary_while_the_bank_is_empty(
    murmur: Platform, tmp_path: Path
) -> None:
    """An index of one hash finds nothing with the stock client: so there are two canaries."""
    call_command("exchange", "canary", str(tmp_path), stdout=io.StringIO())
    murmur.tx("config", "collab", "edit", "stop_ncii", "--create", "HARBOUR")
    murmur.tx("fetch")
    for number in (1, 2):
        file = tmp_path / f"canary-{number}.png"
        assert file.read_bytes() == picture(number)
        assert murmur.matches(file)


def test_many_pages_reach_the_stock_command_whole(murmur: Platform, clock: FixedClock) -> None:
    shared = [share_hashes(tuple(digits((case, at)) for at in range(50)), clock.at) for case in range(17)]
    murmur.tx("config", "collab", "edit", "stop_ncii", "--create", "HARBOUR")
    murmur.tx("fetch")
    everything = {one for case in shared for one in case.hashes}
    assert len(everything) == 850, "more than the 800 of a page"
    assert everything <= murmur.held()
    later = share_hashes((digits("later"),), clock.advance(timedelta(seconds=1)))
    murmur.tx("fetch")
    assert {*everything, *later.hashes} <= murmur.held()


def test_a_withdrawal_is_overlooked_by_the_stock_command_which_shows_it_disputed(
    murmur: Platform, tmp_path: Path, clock: FixedClock
) -> None:
    """The known fault of 1.2.17; when a newer one mends it, this test says so and the manual can be shortened."""
    shown = a_picture(tmp_path, 1)
    shared = reported([shown], clock)
    murmur.tx("config", "collab", "edit", "stop_ncii", "--create", "HARBOUR")
    murmur.tx("fetch")
    shared.withdraw(clock.advance(timedelta(seconds=1)))
    murmur.tx("fetch")
    assert shared.hashes[0] in murmur.held()
    assert "DISPUTED" in murmur.tx("match", "photo", str(shown))


def test_our_extension_takes_a_withdrawn_hash_out(
    murmur: Platform, tmp_path: Path, clock: FixedClock
) -> None:
    shown, kept = (a_picture(tmp_path, seed) for seed in (1, 2))
    one, other = reported([shown], clock), reported([kept], clock)
    murmur.tx("config", "extensions", "add", "recourse_tx")
    murmur.tx("config", "collab", "edit", "recourse", "--create", "HARBOUR")
    murmur.tx("fetch")
    assert murmur.held() >= {*one.hashes, *other.hashes}
    assert murmur.matches(shown)
    one.withdraw(clock.advance(timedelta(seconds=1)))
    murmur.tx("fetch")
    assert one.hashes[0] not in murmur.held()
    assert not murmur.matches(shown)
    assert murmur.matches(kept)


def test_the_stock_client_s_feedback_and_hashes_are_taken(
    printed: dict[str, object], clock: FixedClock
) -> None:
    shared = share_hashes((digits("dusk"),), clock.at)
    keys = printed["function_keys"]
    assert isinstance(keys, dict)
    client = stock.StopNCIIAPI(
        str(printed["subscription_key"]),
        keys["FetchHashes"],
        {one: keys[one.value] for one in stock.StopNCIIEndpoint},
        base_url_override=str(printed["base_url"]),
    )
    pdq = stock.StopNCIISignalType.ImagePDQ
    client.submit_feedback(pdq, shared.hashes[0], stock.StopNCIICSPFeedbackValue.Blocked, {"seen"})
    client.submit_hash(pdq, digits("theirs"))
    said = Feedback.objects.get()
    assert (said.platform, said.verdict) == ("murmur", "blocked")
    records = [one for page in client.fetch_hashes_iter() for one in page.hashRecords]
    assert {one.hashValue for one in records} >= set(shared.hashes)
    assert digits("theirs") not in {one.hashValue for one in records}
