"""Record, sequence, publish, prove, erase: on the database, with the folder checked as a stranger would."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from recourse.base.core.errors import BadInputError, NotFoundError
from recourse.base.jobs import services as jobs
from recourse.base.jobs import worker
from recourse.base.jobs.models import Job
from recourse.base.ledger import commitment, proof, selectors, services
from recourse.base.ledger.domain import (
    PUBLISH,
    SEQUENCE,
    EntryKind,
    NotPublishedError,
    next_slot,
    padding_for,
)
from recourse.base.ledger.models import Checkpoint, Disclosure, Head, Leaf, LeafQueue
from tests.base.ledger import logs

pytestmark = [pytest.mark.django_db, pytest.mark.db]

VKEY = str(logs.verifier())
FACTS = {"recipient": "harbour-social", "notice": "N-7KM4Q", "kind_of_notice": "removal"}


def record(now: datetime, count: int = 1, about: UUID | None = None) -> list[UUID]:
    return [services.record(kind=EntryKind.NOTICE, facts=FACTS, now=now, about=about) for _ in range(count)]


def files(path: Path) -> set[str]:
    return {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}


def test_a_record_waits_as_an_opaque_leaf_with_its_facts_beside_it(now: datetime, folder: Path) -> None:
    about = uuid4()
    (entry_id,) = record(now, about=about)
    queued = LeafQueue.objects.get()
    assert queued.entry_id == entry_id
    assert len(bytes(queued.leaf)) == commitment.LEAF_BYTES
    assert selectors.facts_of(entry_id) == FACTS | {
        "kind": "notice",
        "at": "2026-03-02T09:00:00Z",
        "day": "2026-03-02",
    }
    assert selectors.entries_about(about) == [entry_id]
    assert selectors.entry(entry_id).index is None
    with pytest.raises(NotPublishedError):
        services.proof_for(entry_id)
    with pytest.raises(NotFoundError):
        services.proof_for(uuid4())
    with pytest.raises(NotFoundError):
        selectors.entry(uuid4())


def test_a_step_that_is_rolled_back_leaves_nothing_in_the_ledger(now: datetime, folder: Path) -> None:
    def step() -> None:
        with transaction.atomic():
            record(now)
            raise RuntimeError("the step failed")

    with pytest.raises(RuntimeError):
        step()
    assert not LeafQueue.objects.exists()
    assert not Disclosure.objects.exists()
    assert not Job.objects.filter(key=SEQUENCE).exists()


def test_facts_that_cannot_be_committed_to_change_nothing(now: datetime, folder: Path) -> None:
    for facts in ({"kind": "x"}, {"day": "x"}, {"Bad name": "x"}, {"a": "x" * 501}):
        with pytest.raises(BadInputError):
            services.record(kind=EntryKind.ANSWER, facts=facts, now=now)
    with pytest.raises(ValueError, match="padding"):
        services.record(kind="padding", facts={}, now=now)  # type: ignore[arg-type]
    assert not LeafQueue.objects.exists()


def test_publishing_pads_signs_and_a_stranger_verifies(now: datetime, folder: Path) -> None:
    assert services.publish(now=now) is None
    entries = record(now, 5)
    checkpoint = services.publish(now=now)
    assert checkpoint is not None
    assert checkpoint.size == 8
    assert services.verify_folder(folder, VKEY).exit_status == 0
    assert (folder / "vkey").read_text() == f"{VKEY}\n"
    figures = selectors.figures()
    assert (figures.leaves, figures.published, figures.disclosed, figures.padding) == (8, 8, 5, 3)
    assert (figures.erased, figures.unaccounted, figures.waiting) == (0, 0, 0)
    for entry_id in entries:
        view = selectors.entry(entry_id)
        assert view.index is not None
        assert view.published
        leaf = selectors.opening(entry_id, show=["day", "recipient"]).leaf
        assert (
            proof.check(proof.parse(services.proof_for(entry_id)), key=logs.verifier(), leaf=leaf).size == 8
        )


def test_each_publication_continues_the_last_and_keeps_its_partials(now: datetime, folder: Path) -> None:
    kept = []
    for count in (1, 9, 300, 200):
        record(now, count)
        checkpoint = services.publish(now=now)
        assert checkpoint is not None
        assert checkpoint.size % 4 == 0
        for text in kept:
            assert services.verify_folder(folder, VKEY, older=text).exit_status == 0
        kept.append(checkpoint.text)
    assert selectors.published_sizes() == [4, 16, 316, 516]
    assert not (folder / "tile/0/000.p").exists()  # full by now
    assert (folder / "tile/1/000.p/1").exists()  # of size 316, still partial


def test_nothing_new_publishes_nothing_unless_a_quiet_day_shall_look_like_a_busy_one(
    now: datetime, folder: Path
) -> None:
    record(now, 3)
    first = services.publish(now=now)
    assert services.publish(now=now) == first
    assert Checkpoint.objects.count() == 1
    quiet = services.publish(now=now, force=True)
    assert quiet is not None
    assert quiet.size == 8
    assert selectors.figures().padding == 5


def test_the_order_of_a_batch_tells_nothing_of_the_order_of_events(now: datetime, folder: Path) -> None:
    recorded = record(now, 60)
    services.publish(now=now)
    placed = list(Leaf.objects.order_by("index").values_list("leaf", flat=True))
    assert [bytes(leaf) for leaf in placed] == sorted(bytes(leaf) for leaf in placed)
    assert (
        list(Leaf.objects.filter(entry_id__in=recorded).order_by("index").values_list("entry_id", flat=True))
        != recorded
    )


def test_padding_looks_like_every_other_leaf_and_opens_for_the_auditor(now: datetime, folder: Path) -> None:
    record(now)
    services.publish(now=now)
    padding = Disclosure.objects.filter(kind="padding")
    assert padding.count() == 3
    for row in padding:
        leaf = bytes(Leaf.objects.get(entry_id=row.entry_id).leaf)
        opened = selectors.opening(row.entry_id, show=["kind"])
        assert opened.leaf == leaf
        assert opened.shown["kind"][0] == "padding"
        assert len(leaf) == commitment.LEAF_BYTES


def test_erasing_forgets_facts_salts_and_whom_it_was_about_and_the_log_still_verifies(
    now: datetime, folder: Path
) -> None:
    about = uuid4()
    entry_id, other = record(now, 2, about=about)
    services.publish(now=now)
    before = services.proof_for(entry_id)
    assert services.erase_disclosures(entry_ids=[entry_id, uuid4()], now=now) == 1
    assert services.erase_disclosures(entry_ids=[entry_id], now=now) == 0
    row = Disclosure.objects.get(entry_id=entry_id)
    assert (row.facts, row.salts, row.about, row.erased_at) == ({}, {}, None, now)
    assert selectors.entries_about(about) == [other]
    assert selectors.facts_of(entry_id) == {}
    with pytest.raises(NotFoundError):
        selectors.opening(entry_id, show=[])
    assert services.proof_for(entry_id) == before
    figures = selectors.figures()
    assert (figures.disclosed, figures.erased, figures.padding) == (1, 1, 2)
    assert services.verify_folder(folder, VKEY).exit_status == 0


def test_the_export_is_made_from_the_database_alone_and_equals_what_was_published(
    now: datetime, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotPublishedError):
        services.export(tmp_path / "out")
    for count in (5, 300):
        record(now, count)
        services.publish(now=now)
    services.export(tmp_path / "out")
    assert files(tmp_path / "out") == files(folder) - {".lock"}
    for name in files(tmp_path / "out"):
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes()
    record(now, 300)
    services.publish(now=now)
    services.export(tmp_path / "out")  # brought up to date in place
    assert services.verify_folder(tmp_path / "out", VKEY).exit_status == 0


def test_figures_tell_waiting_from_indexed_and_erased_from_disclosed(now: datetime, folder: Path) -> None:
    assert selectors.standing() == (0, 0, 0)
    first, _ = record(now, 2)
    services.publish(now=now)
    waiting, _ = record(now, 2)
    services.erase_disclosures(entry_ids=[first, waiting], now=now)
    figures = selectors.figures()
    assert (figures.leaves, figures.published, figures.waiting) == (4, 4, 2) == selectors.standing()
    assert (figures.disclosed, figures.erased, figures.padding, figures.unaccounted) == (1, 1, 2, 0)


def test_sequencing_alone_works_off_the_queue_in_steps(now: datetime, folder: Path) -> None:
    record(now, 10)
    assert [services.sequence(limit=4) for _ in range(4)] == [4, 4, 2, 0]
    assert Head.objects.get().size == 10
    assert [leaf.index for leaf in Leaf.objects.order_by("index")] == list(range(10))
    assert not LeafQueue.objects.exists()
    record(now, 1)
    checkpoint = services.publish(now=now)
    assert checkpoint is not None
    assert checkpoint.size == 12


def test_the_jobs_publish_at_the_next_slot_and_every_slot_after(now: datetime, folder: Path) -> None:
    record(now, 2)
    assert Job.objects.filter(kind=SEQUENCE).count() == 1
    assert worker.work_once(now=now) == 0
    slot = next_slot(now, timedelta(hours=24))
    assert slot.isoformat() == "2026-03-03T00:00:00+00:00"
    sizes = []
    for day in range(3):
        at = slot + timedelta(days=day)
        while worker.work_once(now=at):
            pass
        checkpoint = selectors.latest_checkpoint()
        assert checkpoint is not None
        sizes.append((checkpoint.size, checkpoint.at))
    assert sizes == [(4 * (day + 1), slot + timedelta(days=day)) for day in range(3)]
    assert not Job.objects.filter(kind=PUBLISH, state="open").exists()
    assert services.verify_folder(folder, VKEY).exit_status == 0


def test_many_records_make_one_job(now: datetime, folder: Path) -> None:
    record(now, 3)
    record(now + timedelta(hours=1), 3)
    assert Job.objects.filter(kind=SEQUENCE, state="open").count() == 1
    assert jobs.cancel(key=SEQUENCE) == 1
    record(now)
    assert Job.objects.filter(kind=SEQUENCE, state="open").count() == 1


@pytest.mark.parametrize(
    ("size", "multiple", "quiet", "padding"),
    [
        (0, 4, False, 0),
        (0, 4, True, 4),
        (5, 4, False, 3),
        (5, 4, True, 3),
        (8, 4, True, 4),
        (7, 1, False, 0),
        (7, 1, True, 1),
    ],
)
def test_padding(size: int, multiple: int, quiet: bool, padding: int) -> None:
    assert padding_for(size, multiple, quiet=quiet) == padding
