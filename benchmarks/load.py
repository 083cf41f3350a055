"""An open-loop load: requests leave at their planned time whether or not earlier ones were answered.

A closed loop would slow down with the server and hide its worst moments (coordinated omission); here latency
counts from the planned time, so a stall is paid by every request that should have left during it.
Sends to 127.0.0.1 only; bounded by the number of requests.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

TIMEOUT = 30.0
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Request:
    """The bytes to send, whole."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """Status (0: none came), seconds since the planned time, and the headers and body as text."""

    status: int
    seconds: float
    text: str


async def _ask(
    streams: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]], port: int, raw: bytes
) -> tuple[int, str]:
    reader, writer = await streams.get()
    try:
        if writer.is_closing():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = 0
        for line in head.split("\r\n"):
            if line.lower().startswith("content-length:"):
                length = int(line.partition(":")[2])
        body = (await reader.readexactly(length)).decode("utf-8", "replace") if length else ""
        return int(head.split(" ", 2)[1]), head + body
    except (OSError, asyncio.IncompleteReadError):
        writer.close()
        return 0, ""
    finally:
        streams.put_nowait((reader, writer))


async def _run(port: int, requests: Sequence[Request], rate: float) -> list[Answer]:
    streams: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        streams.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    start = time.perf_counter() + 0.2
    answers: list[Answer] = [Answer(0, TIMEOUT, "")] * len(requests)

    async def one(index: int) -> None:
        planned = start + index / rate
        await asyncio.sleep(max(0.0, planned - time.perf_counter()))
        try:
            status, text = await asyncio.wait_for(_ask(streams, port, requests[index].raw), TIMEOUT)
        except TimeoutError:
            status, text = 0, ""
        answers[index] = Answer(status, time.perf_counter() - planned, text)

    await asyncio.gather(*(one(index) for index in range(len(requests))))
    while not streams.empty():
        streams.get_nowait()[1].close()
    return answers


def run(port: int, requests: Sequence[Request], *, rate: float) -> list[Answer]:
    """Send `requests` to 127.0.0.1:`port` at `rate` per second; returns the answers in their order."""
    return asyncio.run(_run(port, requests, rate))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]  # 0.95 * 100 is not quite 95


def summary(answers: Sequence[Answer]) -> dict[str, float]:
    """Return p50, p95, p99 and maximum in milliseconds, over all answers, errors included."""
    times = [answer.seconds * 1000 for answer in answers]
    return {
        "p50": percentile(times, 0.50),
        "p95": percentile(times, 0.95),
        "p99": percentile(times, 0.99),
        "max": max(times),
    }
