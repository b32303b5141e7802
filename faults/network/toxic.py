"""One toxic in force for the length of a block, with the bytes that met it as its bite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from faults.fault import Bite, Injection
from faults.ports import Direction, NetworkProxy


@asynccontextmanager
async def toxic_in_force(
    proxy: NetworkProxy,
    kind: str,
    direction: Direction,
    attributes: Mapping[str, int],
    *,
    bites: str,
) -> AsyncIterator[Injection]:
    """Add a toxic named ``squall_<kind>_<direction>``, and remove it whatever happens."""

    async def passed() -> int:
        traffic = await proxy.traffic()
        return traffic.upstream_bytes if direction == "upstream" else traffic.downstream_bytes

    async def bite() -> Bite:
        return Bite(count=await passed() - before, what=bites)

    name = f"squall_{kind}_{direction}"
    before = await passed()
    try:
        await proxy.add_toxic(name, kind, stream=direction, attributes=attributes)
        yield Injection(bite)
    finally:
        await proxy.remove_toxic(name)
