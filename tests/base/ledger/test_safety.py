"""No fork: two sequencers, crashes at every step, restored backups, other keys, damaged folders."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from recourse.base.core import wiring
from recourse.base.ledger import selectors, services
from recourse.base.ledger.domain import EntryKind, LedgerBehindError, LedgerBusyError, LedgerForkError
from recourse.base.ledger.folder import Folder
from recourse.base.ledger.models import Checkpoint, Disclosure, Head, Leaf, LeafQueue
from recourse.base.ledger.ports import LedgerKey
from recourse.base.ledger.services import publishing, sequencing
from recourse.base.ledger.verification import verify_folder
from tests.base.ledger import logs

pytestmark = [pytest.mark.django_db, pytest.mark.db]

VKEY = str(logs.verifier())


def record(now: datetime, count: int = 1) -> None:
    for _ in range(count):
        services.record(kind=EntryKind.NOTICE, facts={"recipient": "harbour-social"}, now=now)


def published(now: datetime, count: int = 5) -> Checkpoint:
    record(now, count)
    checkpoint = services.publish(now=now)
    assert checkpoint is not None
    return checkpoint


def test_a_second_sequencer_waits_for_the_lease(
    now: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(now, 3)
    with sequencing.leased() as fence:
        assert services.sequence() == 0
        with pytest.raises(LedgerBusyError), sequencing.leased():
            pass
        assert sequencing.close_batch(fence=fence, now=now, pad_to=1, quiet=False) == 3
    assert services.sequence() == 3


def test_a_sequencer_that_slept_through_its_lease_changes_nothing(now: datetime, folder: Path) -> None:
    record(now, 8)
    with sequencing.leased() as old:
        sequencing.close_batch(fence=old, now=now, pad_to=1, quiet=False)
        assert sequencing.index_batch(fence=old, limit=2) == 2
        Head.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        with sequencing.leased() as new:
            assert new == old + 1
            for late in (
                lambda: sequencing.index_batch(fence=old, limit=2),
                lambda: sequencing.close_batch(fence=old, now=now, pad_to=1, quiet=True),
                lambda: sequencing.renew(fence=old),
                lambda: publishing._issue(fence=old, now=now),
            ):
                with pytest.raises(LedgerBusyError):
                    late()
            assert Head.objects.get().size == 2
            assert not Checkpoint.objects.exists()
            assert sequencing.index_batch(fence=new, limit=100) == 6
    assert [leaf.index for leaf in Leaf.objects.order_by("index")] == list(range(8))


@pytest.mark.django_db(transaction=True)
def test_many_sequencers_and_publishers_at_once_make_one_tree(now: datetime, folder: Path) -> None:
    errors: list[BaseException] = []

    def work(each: Callable[[], Any], times: int) -> None:
        try:
            for _ in range(times):
                with suppress(LedgerBusyError):
                    each()
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=work, args=(lambda: record(now), 25)) for _ in range(2)]
    crew += [threading.Thread(target=work, args=(lambda: services.sequence(limit=3), 15)) for _ in range(2)]
    crew += [threading.Thread(target=work, args=(lambda: services.publish(now=now), 5)) for _ in range(2)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert errors == []
    services.publish(now=now)
    assert verify_folder(folder, VKEY).exit_status == 0
    recorded = set(Disclosure.objects.exclude(kind="padding").values_list("entry_id", flat=True))
    assert len(recorded) == 50
    assert recorded <= set(Leaf.objects.values_list("entry_id", flat=True))
    assert [leaf.index for leaf in Leaf.objects.order_by("index")] == list(range(Head.objects.get().size))
    for older in Checkpoint.objects.all():
        assert verify_folder(folder, VKEY, older=older.text).exit_status == 0


class PowerCutError(Exception):
    """Stands for SIGKILL."""


STEPS = [
    (Folder, "write", 0),
    (Folder, "write", 1),
    (Folder, "write", 5),
    (publishing, "_commit", 0),
    (Folder, "write_checkpoint", 0),
    (Folder, "_replace", 6),
    (Folder, "drop_partials_of_full", 0),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[1]}-{step[2]}")
def test_a_crash_at_any_step_is_finished_by_the_next_run(
    now: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[object, str, int]
) -> None:
    owner, name, calls = step
    first = published(now, 250)
    record(now, 300)
    real, left = getattr(owner, name), [calls]

    def crash(*args: Any, **named: Any) -> Any:
        if left[0] == 0:
            raise PowerCutError
        left[0] -= 1
        return real(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, crash)
        with pytest.raises(PowerCutError):
            services.publish(now=now)
    assert verify_folder(folder, VKEY, older=first.text).exit_status == 0  # what readers see meanwhile
    record(now, 7)
    last = services.publish(now=now)
    assert last is not None
    assert last.size >= 557
    assert verify_folder(folder, VKEY, older=first.text).exit_status == 0
    assert (folder / "checkpoint").read_text() == last.text
    assert not LeafQueue.objects.exists()


def test_a_crash_between_closing_and_indexing_loses_no_leaf(now: datetime, folder: Path) -> None:
    record(now, 5)
    with sequencing.leased() as fence:
        sequencing.close_batch(fence=fence, now=now, pad_to=4, quiet=False)
        sequencing.index_batch(fence=fence, limit=2)
    record(now, 2)
    last = services.publish(now=now)
    assert last is not None
    assert last.size == 12
    assert selectors.figures().disclosed == 7
    assert verify_folder(folder, VKEY).exit_status == 0


def back_up() -> list[Any]:
    return [row for model in (Leaf, LeafQueue, Head, Checkpoint, Disclosure) for row in model.objects.all()]


def restore(backup: list[Any]) -> None:
    for model in (Leaf, LeafQueue, Head, Checkpoint, Disclosure):
        model.objects.all().delete()
    for row in backup:
        row.save(force_insert=True)


def test_a_database_older_than_the_folder_signs_nothing(now: datetime, folder: Path) -> None:
    published(now)
    backup = back_up()
    published(now)
    shown = (folder / "checkpoint").read_text()
    restore(backup)
    record(now)
    with pytest.raises(LedgerBehindError, match="recourse ledger adopt"):
        services.publish(now=now)
    assert (folder / "checkpoint").read_text() == shown
    assert Checkpoint.objects.count() == 1


def test_a_restored_database_adopts_what_was_published_since_and_goes_on(now: datetime, folder: Path) -> None:
    published(now, 300)
    record(now, 5)  # waiting when the backup was made, published after it
    backup = back_up()
    record(now, 300)  # lost with the database, but published
    later = services.publish(now=now)
    assert later is not None
    leaves = dict(Leaf.objects.values_list("index", "leaf"))
    restore(backup)
    assert services.sequence(limit=3) == 3  # at places that the published log has given to others
    assert services.adopt(now=now) == later.size - 300
    assert services.adopt(now=now) == 0
    assert {index: bytes(leaf) for index, leaf in Leaf.objects.values_list("index", "leaf")} == {
        index: bytes(leaf) for index, leaf in leaves.items()
    }
    assert not LeafQueue.objects.exists()  # the five that waited were found again by their leaves
    figures = selectors.figures()
    assert (figures.disclosed, figures.unaccounted) == (305, later.size - 305)
    last = published(now, 3)
    assert last.size > later.size
    assert verify_folder(folder, VKEY, older=later.text).exit_status == 0


def test_what_a_restored_database_had_signed_alone_is_not_adopted_over(now: datetime, folder: Path) -> None:
    published(now)
    shutil.rmtree(folder)
    logs.build(folder, logs.leaves(12))  # signed with the real key, but another history
    with pytest.raises(LedgerForkError, match="history was rewritten"):
        services.adopt(now=now)
    damage(folder / "tile/0/000.p/12")
    with pytest.raises(LedgerForkError, match="does not hold the hashes"):
        services.adopt(now=now)
    assert Head.objects.get().size == 8
    shutil.rmtree(folder)
    assert services.adopt(now=now) == 0


def test_a_backlog_becomes_several_padded_batches(
    now: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "MOST_IN_BATCH", 10)
    last = published(now, 33)
    assert last.size == 12 + 12 + 12 + 4
    assert Head.objects.get().batch == 4
    assert verify_folder(folder, VKEY).exit_status == 0


def test_leaves_changed_in_the_database_are_not_signed(now: datetime, folder: Path) -> None:
    published(now)
    Leaf.objects.filter(index=1).update(leaf=logs.leaf(1))
    record(now)
    with pytest.raises(LedgerForkError):
        services.publish(now=now)
    shutil.rmtree(folder)
    with pytest.raises(LedgerForkError, match="not those that were signed"):
        services.publish(now=now)
    assert Checkpoint.objects.count() == 1
    with pytest.raises(LedgerForkError):
        services.export(folder.parent / "out")
    assert not (folder.parent / "out" / "checkpoint").exists()


def test_another_key_does_not_continue_the_log(now: datetime, folder: Path) -> None:
    published(now)
    record(now)
    with (
        wiring.bound(LedgerKey, logs.OTHER_KEY),
        pytest.raises(LedgerForkError, match="not signed by this key"),
    ):  # type: ignore[type-abstract]
        services.publish(now=now)
    assert Checkpoint.objects.count() == 1


def test_a_lost_folder_is_written_again_with_the_partials_of_every_size(now: datetime, folder: Path) -> None:
    published(now, 5)
    published(now, 300)
    before = {each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    shutil.rmtree(folder)
    services.publish(now=now)
    after = {each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    assert after == before
    assert verify_folder(folder, VKEY).exit_status == 0


@pytest.mark.parametrize("name", ["tile/0/001.p/52", "tile/1/000.p/1"])
def test_a_damaged_right_edge_is_never_signed_over(now: datetime, folder: Path, name: str) -> None:
    published(now, 308)
    damage(folder / name)
    record(now, 3)
    with pytest.raises(LedgerForkError, match="already published with other bytes"):
        services.publish(now=now)
    (folder / name).unlink()  # what the operator is told to do
    last = services.publish(now=now)
    assert last is not None
    assert last.size == 312
    assert verify_folder(folder, VKEY).exit_status == 0


def test_a_damaged_bundle_is_found_even_after_it_has_grown(now: datetime, folder: Path) -> None:
    published(now, 308)
    damage(folder / "tile/entries/001.p/52")
    assert verify_folder(folder, VKEY).exit_status == 1
    published(now, 4)  # another width: another file, made from the database
    verdict = verify_folder(folder, VKEY)
    assert (
        verdict.sentence == "Broken: tile/entries/001.p/52 is not the beginning of the tile that followed it."
    )


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)


def test_the_proof_comes_from_the_database_when_the_folder_is_gone_or_wrong(
    now: datetime, folder: Path
) -> None:
    published(now, 300)
    entry_id = Leaf.objects.get(index=7).entry_id
    assert entry_id is not None
    good = services.proof_for(entry_id)
    (folder / "tile/0/000").write_bytes(bytes(8192))
    assert services.proof_for(entry_id) == good
    shutil.rmtree(folder)
    assert services.proof_for(entry_id) == good
    Leaf.objects.filter(index=8).update(leaf=logs.leaf(8))
    with pytest.raises(LedgerForkError):
        services.proof_for(entry_id)


def test_the_head_has_one_row_and_published_never_passes_size(now: datetime, folder: Path) -> None:
    published(now)
    for wrong in (lambda: Head.objects.create(id=2), lambda: Head.objects.update(published=99)):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


@pytest.mark.django_db(transaction=True)
def test_nothing_slow_happens_inside_a_transaction(
    now: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a transaction holds the write gate: signing and writing files must happen outside."""
    inside: list[str] = []
    for name in ("write", "write_checkpoint", "hashes"):
        real = getattr(Folder, name)

        def watched(*args: Any, real: Any = real, name: str = name, **named: Any) -> Any:
            if connection.in_atomic_block:
                inside.append(name)
            return real(*args, **named)

        monkeypatch.setattr(Folder, name, watched)
    published(now, 5)
    published(now, 5)
    assert inside == []
