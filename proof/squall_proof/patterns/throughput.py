"""Measure how many reads per second an app answers without a fault, with the usual clients.

A closed loop: each client sends its next request when it has an answer. It shows what an app can
do, and not how clients are affected; that is what the open loop is for.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from squall.lab.endpoint import Endpoint
from squall.lab.lab import Lab

CALLERS = 16
WARM_SECONDS = 0.5
ROUND_SECONDS = 0.8
ROUNDS = 3
ITEMS = 100
PAUSE_SECONDS = 0.1
"""After an unsuccessful answer, so that errors do not count as speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyReads:
    """One pattern without a fault."""

    pattern: str
    per_second: float | None = None
    """The best round, because other load on the machine only lowers it. None if not measured."""
    connections: int | None = None
    """Sessions in PostgreSQL under this load."""
    trouble: str = ""


def better(one: SteadyReads, other: SteadyReads) -> SteadyReads:
    """The faster of two measurements of one pattern; any is better than none."""
    return max(one, other, key=lambda each: each.per_second or 0.0)


@dataclass(slots=True)
class _Count:
    good: int = 0
    paths: Iterator[int] = field(default_factory=lambda: itertools.cycle(range(1, ITEMS + 1)))


async def steady(name: str, lab: Lab) -> SteadyReads:
    """Measure the app of a running lab directly. The database stays behind its proxy."""
    count = _Count()
    address = Endpoint(lab.app.host, lab.app.port)
    callers = [asyncio.create_task(_caller(address, count)) for _ in range(CALLERS)]
    rates = []
    try:
        await asyncio.sleep(WARM_SECONDS)
        for _ in range(ROUNDS):
            before, begun = count.good, time.monotonic()
            await asyncio.sleep(ROUND_SECONDS)
            rates.append((count.good - before) / (time.monotonic() - begun))
        sample = await lab.observer.sample()
    finally:
        for caller in callers:
            caller.cancel()
        await asyncio.wait(callers)
    return SteadyReads(
        pattern=name,
        per_second=max(rates),
        connections=None if sample is None else sample.total,
    )


async def _caller(address: Endpoint, count: _Count) -> None:
    """Send requests on one kept connection; open a new one after it broke. Ends when cancelled."""
    while True:
        writer = None
        try:
            reader, writer = await asyncio.open_connection(address.host, address.port)
            while True:
                if await _asked(reader, writer, next(count.paths)):
                    count.good += 1
                else:
                    await asyncio.sleep(PAUSE_SECONDS)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            if writer is not None:
                writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, item: int) -> bool:
    """One GET. Returns whether it was answered with 200."""
    writer.write(f"GET /items/{item} HTTP/1.1\r\nHost: app\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    await reader.readexactly(int(rest.partition(b"\r\n")[0]))
    return head.startswith(b"http/1.1 200 ")
