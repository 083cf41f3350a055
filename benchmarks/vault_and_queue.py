"""What sealing costs and what the queue carries.

    python benchmarks/vault_and_queue.py --database sqlite
    python benchmarks/vault_and_queue.py --database postgres

Prints one line of JSON: microseconds at the median for the vault, jobs a second for the queue (one process, four
processes), and the machine's load, without which the figures say little. PostgreSQL runs with fsync.
"""

# ruff: noqa: PLC0415 - Django can be imported only after its settings are chosen

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "src")]


def microseconds(work: Callable[[], object], times: int) -> float:
    """Return the median time of `work`."""
    measured = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        measured.append(time.perf_counter() - started)
    return round(median(measured) * 1e6, 1)


def vault(times: int) -> dict[str, float]:
    """Measure sealing, keys and codes; a wrong code is look-up and query, as a page does it."""
    from recourse.base.vault import services
    from recourse.base.vault.domain import KeyScope, new_case_code
    from recourse.base.vault.models import Key

    now, code, page = datetime.now(UTC), new_case_code(), bytes(4096)
    key = services.create_key(scope=KeyScope.CASE, now=now, code=code)
    sealed = services.seal(key, "name", page)

    def wrong_code() -> None:
        services.case_code_lookup(new_case_code())
        Key.objects.filter(id=key.id, scope="none").exists()  # stands for the indexed query of the caller

    return {
        "seal 4 kB": microseconds(lambda: services.seal(key, "name", page), times),
        "unseal 4 kB": microseconds(lambda: services.unseal(key, "name", sealed), times),
        "look-up of a code": microseconds(lambda: services.case_code_lookup(code), times),
        "wrong code with its query": microseconds(wrong_code, times),
        "open a key with a code": microseconds(lambda: services.open_key_with_code(key.id, code), times),
        "open a key with the identity": microseconds(lambda: services.open_key(key.id), times),
        "create a key": microseconds(
            lambda: services.create_key(scope=KeyScope.CASE, now=now, code=code), times
        ),
    }


def fill(jobs: int) -> None:
    """Put due jobs into an empty queue."""
    from recourse.base.jobs.models import Job

    Job.objects.all().delete()
    now = datetime.now(UTC)
    Job.objects.bulk_create([Job(kind="bench.nothing", due_at=now) for _ in range(jobs)], batch_size=500)


def drain(limit: int) -> None:
    """Work until nothing is due."""
    from recourse.base.jobs import worker

    while worker.work_once(now=datetime.now(UTC), limit=limit):
        pass


def claims(limit: int, jobs: int) -> float:
    """Return how many jobs a second are claimed, without working on them."""
    from recourse.base.jobs.services import queue

    fill(jobs)
    started, now = time.perf_counter(), datetime.now(UTC)
    while queue.claim(now=now, real_now=now, limit=limit):
        pass
    return round(jobs / (time.perf_counter() - started))


def worked(limit: int, jobs: int, processes: int) -> float:
    """Return how many jobs a second are claimed, run and finished by a number of processes."""
    from django.db import connections

    fill(jobs)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    crowd = [fork.Process(target=drain, args=(limit,)) for _ in range(processes)]
    started = time.perf_counter()
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return round(jobs / (time.perf_counter() - started))


def measure(jobs: int, times: int) -> dict[str, Any]:
    """Measure everything on the database that is set up."""
    from django.core.management import call_command

    from recourse.base.jobs import registry, services

    call_command("migrate", verbosity=0)
    registry.handle("bench.nothing", lambda context, args: None)  # noqa: ARG005 - the signature of handlers
    now = datetime.now(UTC)
    return {
        "microseconds": vault(times)
        | {"enqueue": microseconds(lambda: services.enqueue(kind="x", args={}, due_at=now), times)}
        | {
            "enqueue of a waiting key": microseconds(
                lambda: services.enqueue(kind="x", args={}, due_at=now, key="k"), times
            )
        },
        "jobs a second": {
            "claimed, batches of 20": claims(20, jobs),
            "claimed, one by one": claims(1, jobs // 4),
            "done, 1 process": worked(20, jobs, 1),
            "done, 4 processes": worked(20, jobs, 4),
        },
        "load": [round(load, 1) for load in os.getloadavg()],
        "cores": os.cpu_count(),
    }


def main() -> None:
    """Run on the database that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--jobs", type=int, default=4000)
    parser.add_argument("--times", type=int, default=500)
    options = parser.parse_args()
    from tests import servers

    from recourse.base.vault import age
    from soak_jobs import set_up

    with tempfile.TemporaryDirectory(prefix="rc-bench-") as folder:
        if options.database == "sqlite":
            set_up({"ENGINE": "recourse.base.jobs.sqlite", "NAME": f"{folder}/b.sqlite3"}, age.generate())
            figures = measure(options.jobs, options.times)
        else:
            with servers.postgres(fsync=True) as server:
                server.create("bench")
                where = {"HOST": "127.0.0.1", "PORT": str(server.port), "USER": "postgres", "NAME": "bench"}
                set_up({"ENGINE": "django.db.backends.postgresql"} | where, age.generate())
                figures = measure(options.jobs, options.times)
    print(json.dumps({"database": options.database, **figures}))


if __name__ == "__main__":
    main()
