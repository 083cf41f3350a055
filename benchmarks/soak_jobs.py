"""Soak of the queue: workers and producers die by SIGKILL at random moments; afterwards the books must balance.

    python benchmarks/soak_jobs.py --seconds 60 --jobs 5000 --database sqlite
    python benchmarks/soak_jobs.py --seconds 60 --jobs 5000 --database postgres

Prints one line of JSON with what was measured; exit status 1 and the broken promises if one is broken:

- a job whose enqueueing was answered is done in the end, once in effect, and no claim was ever given twice;
- no attempt began after a job was finished;
- every message put out is delivered, with one body for its idempotency key at every try, and told once;
- a chain of jobs that schedule their own successor has no gap and no second strand.

Workers are forked, so a death and a new worker cost milliseconds. PostgreSQL runs with fsync.
"""

# ruff: noqa: PLC0415, ANN401 - Django can be imported only after its settings are chosen; handlers are duck-typed

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "src")]

LEASE = timedelta(seconds=1)  # real; the shortest life of an orphaned claim
CHAIN = 20
DRAIN_SECONDS = 60
TABLES = """
CREATE TABLE soak_attempt (job varchar(36), fence integer, PRIMARY KEY (job, fence));
CREATE TABLE soak_effect (n integer PRIMARY KEY, fence integer);
CREATE TABLE soak_chain (n integer PRIMARY KEY, times integer);
CREATE TABLE soak_told (outbox varchar(36) PRIMARY KEY);
CREATE TABLE soak_twice (job varchar(36))
"""


def set_up(database: dict[str, Any], keys: tuple[str, str]) -> None:
    """Configure Django on one database, with the vault's and the queue's tables only."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": database | {"CONN_MAX_AGE": None}},
        INSTALLED_APPS=["recourse.base.vault", "recourse.base.jobs"],
        USE_TZ=True,
        TIME_ZONE="UTC",
    )
    django.setup()
    from recourse.base.core import wiring
    from recourse.base.core.clock import Clock, SystemClock
    from recourse.base.vault.adapters.age import AgeKeyWrapper
    from recourse.base.vault.ports import KeyWrapper, VaultSecrets

    wiring.bind(Clock, SystemClock)  # type: ignore[type-abstract]
    wiring.bind(KeyWrapper, lambda: AgeKeyWrapper(*keys))  # type: ignore[type-abstract]
    wiring.bind(VaultSecrets, lambda: VaultSecrets(installation=bytes(16), lookup_key=bytes(32)))


def register(spool: Path) -> None:
    """Bind the transport and register the soak's handlers, all with a short lease."""
    from recourse.base.core import wiring
    from recourse.base.jobs import registry, tasks
    from recourse.base.jobs.domain import JobContext, OutboxDelivered
    from recourse.base.jobs.ports import Delivery, Transports

    class Spool:
        def named(self, name: str) -> Spool:  # noqa: ARG002 - one transport
            return self

        def deliver(self, *, outbox_id: UUID, envelope: Mapping[str, str], body: bytes) -> Delivery:
            """Leave a file per delivery: the outbox id, its envelope's key and the body's digest."""
            told = json.dumps([str(outbox_id), envelope["id"], hashlib.sha256(body).hexdigest()])
            part = spool / f"{uuid4()}.part"
            part.write_text(told)
            part.rename(part.with_suffix(".sent"))
            time.sleep(random.random() * 0.1)  # long enough to be killed after the other side has it
            return Delivery("250 taken", datetime.now(UTC))

    def told(_: JobContext, event: OutboxDelivered) -> None:
        run_sql("INSERT INTO soak_told VALUES (%s) ON CONFLICT DO NOTHING", str(event.outbox_id))

    wiring.bind(Transports, Spool)  # type: ignore[type-abstract]
    lots = 1000  # attempts: a soak kills a worker far more often than any installation loses one
    registry.handle("soak.work", work, lease=LEASE, max_attempts=lots)
    registry.handle("soak.chain", chain, lease=LEASE, max_attempts=lots)
    registry.handle("jobs.deliver", tasks.deliver, lease=LEASE, max_attempts=lots)
    registry.subscribe(OutboxDelivered, "soak", told)
    registry.handle(
        "on.jobs.OutboxDelivered.soak",
        registry.registration("on.jobs.OutboxDelivered.soak").handler,
        lease=LEASE,
        max_attempts=lots,
    )


def run_sql(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own unless there is one; return its rows."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def began(context: Any) -> None:
    """Note that a claim began; the same claim a second time is a broken promise."""
    from django.db import transaction

    with transaction.atomic():
        made = run_sql(
            "INSERT INTO soak_attempt VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING 1",
            str(context.job_id),
            context.fence,
        )
        if not made:
            run_sql("INSERT INTO soak_twice VALUES (%s)", str(context.job_id))


def work(context: Any, args: Mapping[str, Any]) -> None:
    """One effect, keyed by the job's number: a second attempt finds it done."""
    began(context)
    if random.random() < 0.2:
        time.sleep(random.random() * 0.02)
    run_sql("INSERT INTO soak_effect VALUES (%s, %s) ON CONFLICT DO NOTHING", args["n"], context.fence)


def chain(context: Any, args: Mapping[str, Any]) -> None:
    """One link and, in the same transaction, the next job of the same key; only a new link makes a next job."""
    from django.db import transaction

    from recourse.base.jobs import services

    began(context)
    number = args["n"]
    with transaction.atomic():
        run_sql("INSERT INTO soak_chain VALUES (%s, 0) ON CONFLICT DO NOTHING", number)
        run_sql("UPDATE soak_chain SET times = times + 1 WHERE n = %s", number)
        first = run_sql("SELECT times FROM soak_chain WHERE n = %s", number) == [(1,)]
        if first and number < CHAIN:
            due_at = context.now + timedelta(milliseconds=50)
            if not services.enqueue(
                kind="soak.chain", args={"n": number + 1}, due_at=due_at, key="soak.chain"
            ):
                raise RuntimeError("a second strand of the chain")


def be_worker() -> None:
    """Work until killed."""
    from recourse.base.jobs import worker

    worker.run(threading.Event(), threads=2, poll=0.02)


def be_producer(folder: Path, first: int, last: int) -> None:
    """Put jobs and messages into the queue; note each on disk only when it is committed."""
    from recourse.base.jobs import services
    from recourse.base.vault import services as vault
    from recourse.base.vault.domain import KeyScope

    with (folder / f"answered-{first}-{os.getpid()}").open("a") as answered:
        for number in range(first, last):
            now = datetime.now(UTC)
            due_at = now + timedelta(seconds=random.random() * 2)
            services.enqueue(kind="soak.work", args={"n": number}, due_at=due_at)
            line = f"job {number}"
            if number % 10 == 0:
                key, name = vault.create_key(scope=KeyScope.NOTICE, now=now), f"<{number}@soak.test>"
                body = hashlib.sha256(str(number).encode()).digest() * 64
                services.put_out(
                    transport="spool",
                    idempotency_key=name,
                    key=key,
                    envelope={"id": name},
                    body=body,
                    now=now,
                )
                line = f"both {number}"
            print(line, file=answered, flush=True)


class Crowd:
    """Processes that are killed and followed by new ones."""

    def __init__(self, folder: Path, jobs: int, workers: int) -> None:
        self.fork = multiprocessing.get_context("fork")
        self.folder, self.jobs = folder, jobs
        self.workers = [self.start(be_worker) for _ in range(workers)]
        self.produced, self.producer = 0, self.start(be_producer, folder, 0, jobs)
        self.kills = 0

    def start(self, role: Any, *args: Any) -> Any:
        """Fork a process that plays `role`."""
        from django.db import connections

        connections.close_all()  # a forked connection would be shared
        process = self.fork.Process(target=role, args=args, daemon=True)
        process.start()
        return process

    def kill_one(self) -> None:
        """Kill a random one; its successor starts at once, a producer after the last number it answered."""
        self.kills += 1
        if self.producer.is_alive() and random.random() < 0.2:
            self.stop(self.producer)
            self.produced = max([self.produced, *(n + 1 for n, _ in answered(self.folder))])
            self.producer = self.start(be_producer, self.folder, self.produced, self.jobs)
            return
        place = random.randrange(len(self.workers))
        self.stop(self.workers[place])
        self.workers[place] = self.start(be_worker)

    def stop(self, process: Any) -> None:
        """Kill a process and wait for its end."""
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def answered(folder: Path) -> list[tuple[int, str]]:
    """Return the numbers that producers noted as committed, and what was."""
    lines = [line for path in folder.glob("answered-*") for line in path.read_text().splitlines()]
    return [(int(line.split()[1]), line.split()[0]) for line in lines if len(line.split()) == 2]


def soak(*, folder: Path, seconds: float, jobs: int, workers: int) -> dict[str, Any]:
    """Let the crowd work while it is being killed, let it finish in peace, and look at the books."""
    from django.core.management import call_command

    from recourse.base.jobs import selectors, services

    call_command("migrate", verbosity=0)
    for statement in TABLES.strip().split(";"):
        run_sql(statement)
    spool = folder / "spool"
    spool.mkdir()
    register(spool)
    services.enqueue(kind="soak.chain", args={"n": 1}, due_at=datetime.now(UTC), key="soak.chain")
    started = time.monotonic()
    crowd = Crowd(folder, jobs, workers)
    while time.monotonic() - started < seconds:
        time.sleep(random.uniform(0.05, 0.4))
        crowd.kill_one()
    crowd.producer.join()
    end = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < end and not (selectors.next_due() is None and selectors.idle()):
        time.sleep(0.1)
    for process in crowd.workers:
        crowd.stop(process)
    figures = {"seconds": round(time.monotonic() - started, 1), "kills": crowd.kills}
    return figures | audit(folder, spool, jobs)


def audit(folder: Path, spool: Path, jobs: int) -> dict[str, Any]:
    """Compare what was promised with what is there."""
    from recourse.base.jobs import selectors

    sent = [json.loads(path.read_text()) for path in spool.glob("*.sent")]
    notes = answered(folder)
    promised = {number for number, _ in notes}
    effects = {row[0] for row in run_sql("SELECT n FROM soak_effect")}
    outbox = {
        str(UUID(str(row[0]))): row[1:]
        for row in run_sql("SELECT id, idempotency_key, state FROM jobs_outbox")
    }
    counts = selectors.counts_by_state()
    late = run_sql(
        "SELECT count(*) FROM jobs_job j WHERE j.state = 'done' AND j.kind LIKE 'soak.%%' AND j.fence <>"  # noqa: S608
        " (SELECT max(a.fence) FROM soak_attempt a WHERE a.job = " + _job_id() + ")"
    )[0][0]
    events = run_sql("SELECT count(*) FROM jobs_job WHERE kind = 'on.jobs.OutboxDelivered.soak'")[0][0]
    wrong = {
        "answered and not done": sorted(promised - effects)[:5],
        "never produced": jobs - len(effects),
        "left open or failed": counts["waiting"]
        - 1
        + counts["running"]
        + counts["failed"],  # 1: the next sweep
        "claims given twice": run_sql("SELECT count(*) FROM soak_twice")[0][0],
        "attempts after the end": late,
        "messages not delivered": sum(state != "delivered" for _, state in outbox.values()),
        "messages answered and absent": len(
            {f"<{n}@soak.test>" for n, what in notes if what == "both"} - {k for k, _ in outbox.values()}
        ),
        "messages never sent": len(set(outbox) - {one for one, _, _ in sent}),
        "bodies or keys that changed": len({tuple(one) for one in sent}) - len({one for one, _, _ in sent}),
        "deliveries not told once": abs(events - len(outbox))
        + abs(run_sql("SELECT count(*) FROM soak_told")[0][0] - len(outbox)),
        "chain": abs(CHAIN - run_sql("SELECT count(*) FROM soak_chain")[0][0]),
    }
    return {
        "jobs": sum(counts.values()),
        "attempts": run_sql("SELECT count(*) FROM soak_attempt")[0][0],
        "messages": len(outbox),
        "deliveries": len(sent),
        "broken": {name: value for name, value in wrong.items() if value},
    }


def _job_id() -> str:
    from django.db import connection

    if connection.vendor == "postgresql":
        return "CAST(j.id AS varchar)"
    # SQLite keeps a UUID as 32 digits without hyphens.
    parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
    return " || '-' || ".join(f"substr(j.id, {start}, {length})" for start, length in parts)


def main() -> int:
    """Run the soak on the database that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long processes are being killed")
    parser.add_argument("--jobs", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    import structlog

    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory()
    )  # killed workers' successors have much to say
    from tests import servers

    from recourse.base.vault import age

    with tempfile.TemporaryDirectory(prefix="rc-soak-") as name:
        folder = Path(name)
        arguments = {
            "folder": folder,
            "seconds": options.seconds,
            "jobs": options.jobs,
            "workers": options.workers,
        }
        if options.database == "sqlite":
            set_up(
                {"ENGINE": "recourse.base.jobs.sqlite", "NAME": str(folder / "soak.sqlite3")}, age.generate()
            )
            figures = soak(**arguments)
        else:
            with servers.postgres(fsync=True) as server:
                server.create("soak")
                where = {"HOST": "127.0.0.1", "PORT": str(server.port), "USER": "postgres", "NAME": "soak"}
                set_up({"ENGINE": "django.db.backends.postgresql"} | where, age.generate())
                figures = soak(**arguments)
    print(json.dumps({"database": options.database, **figures}))
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
