"""Toxics in force for the length of a block, with what they did meanwhile as their bite."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from squall_faults.fault import Bite, Injection
from squall_faults.lease import still_in_force
from squall_faults.ports import EVERYTHING, Direction, NetworkProxy, Target, Traffic

NUMBERS = itertools.count(1)
"""Two faults of one kind may overlap, and each removes its own toxic."""

Counted = Literal["bytes", "ended", "ends", "connections"]
"""Which of an engine's tallies of a toxic proves that a fault acted."""

Count = Callable[[Traffic, Traffic], int]
"""What happened between two readings of a proxy's counters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toxic:
    """One toxic of Toxiproxy."""

    kind: str
    direction: Direction
    attributes: Mapping[str, int] = field(default_factory=dict)
    target: Target = EVERYTHING

    number: int = field(default_factory=lambda: next(NUMBERS), compare=False)

    @property
    def name(self) -> str:
        """Its name in the engine, which says that Squall made it. No two are the same."""
        return f"squall_{self.kind}_{self.direction}_{self.number}"


def passed(direction: Direction) -> Count:
    """Bytes read in a direction, whether they were let through or not."""
    if direction == "upstream":
        return lambda before, after: after.upstream_bytes - before.upstream_bytes
    return lambda before, after: after.downstream_bytes - before.downstream_bytes


def ended(before: Traffic, after: Traffic) -> int:
    """Connections that were open, or came, and are gone."""
    return before.open + (after.accepted - before.accepted) - after.open


def accepted(before: Traffic, after: Traffic) -> int:
    """Connections that came."""
    return after.accepted - before.accepted


@asynccontextmanager
async def in_force(
    proxy: NetworkProxy, *toxics: Toxic, counts: Counted, otherwise: Count, bites: str
) -> AsyncIterator[Injection]:
    """Add toxics, and remove them whatever happens.

    The bite is what the engine says that they did: the sum of their ``counts``. Of a toxic in a
    real Toxiproxy, which does not say it, it is what ``otherwise`` sees of the traffic.
    """
    before = await proxy.traffic()
    names = frozenset(toxic.name for toxic in toxics)

    async def bite() -> Bite:
        return Bite(
            count=acted(names, counts, otherwise, before, await proxy.traffic()), what=bites
        )

    async with AsyncExitStack() as stack:
        for toxic in toxics:
            # Before the toxic is there: a refused or half-done addition is undone, too.
            stack.push_async_callback(proxy.remove_toxic, toxic.name)
            await proxy.add_toxic(
                toxic.name,
                toxic.kind,
                stream=toxic.direction,
                attributes=toxic.attributes,
                target=toxic.target,
            )
        yield Injection(bite, await still_in_force(proxy, toxics=names))


def acted(
    names: frozenset[str], counts: Counted, otherwise: Count, before: Traffic, after: Traffic
) -> int:
    """What toxics did; one that is gone from an engine that tells it did nothing that counts."""
    if after.tallied or names <= after.toxics.keys():
        tallies = [after.toxics[name] for name in names & after.toxics.keys()]
        return sum(int(getattr(tally, counts)) for tally in tallies)
    return otherwise(before, after)
