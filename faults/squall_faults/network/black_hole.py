"""Packets vanish without a word: a firewall drops them, a route points nowhere.

    client ──bytes──▶ proxy ✗                     nothing comes back, no error either
    heal:             proxy closes the connection: bytes are missing, so the stream is broken

``both`` is a dead line; one direction alone is the nastier case, since the other side hears
everything: a COMMIT arrives and is done, and its answer never comes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.errors import InvalidFault
from squall_faults.fault import Injection
from squall_faults.network.toxic import Count, Toxic, in_force, passed
from squall_faults.ports import Direction, NetworkProxy, Target, Traffic

AT_THE_METER = Target(connections=1_000_000)
"""All of them, in the embedded engine: a real Toxiproxy does not count what it swallows."""

BOTH: tuple[Direction, ...] = ("upstream", "downstream")


@register("network.black_hole", needs=NetworkProxy, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class BlackHole:
    """Swallow every byte of one direction or both; heal closes the connections that lost some."""

    direction: Literal["upstream", "downstream", "both"] = "both"
    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.one_of("direction", self.direction, (*BOTH, "both"))
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``timeout`` with time-out 0; it bites with each byte swallowed."""
        toxics = [
            Toxic(
                kind="timeout",
                direction=direction,
                attributes={"timeout": 0},
                target=AT_THE_METER,
            )
            for direction in _directions(self.direction)
        ]
        count = _swallowed(self.direction)
        async with in_force(
            proxy, *toxics, counts="bytes", otherwise=count, bites="bytes swallowed"
        ) as injection:
            yield injection


def _directions(word: str) -> tuple[Direction, ...]:
    chosen = tuple(direction for direction in BOTH if word in (direction, "both"))
    if not chosen:
        raise InvalidFault(f"no direction is called {word!r}")
    return chosen


def _swallowed(word: str) -> Count:
    counts = [passed(direction) for direction in _directions(word)]

    def count(before: Traffic, after: Traffic) -> int:
        return sum(one(before, after) for one in counts)

    return count
