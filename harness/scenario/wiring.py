"""The proxies of a lab: created in the engine, and in the meter behind a real Toxiproxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer
from harness.core.groups import ungrouped
from harness.providers.parts import EnginePart, Parts

PROTOCOLS = {"postgres": "postgresql", "app": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What faults and the runner speak to."""

    proxies: Mapping[str, ToxiproxyProxy]
    servers: Sequence[ToxiproxyServer]


async def wired(parts: Parts, seed: int) -> Wiring:
    """Start engine and meter, and create the proxies unless they are there.

    Raises:
        LabError: an engine did not start.
        InjectionFailed: it refused a proxy.
    """
    meter = None if parts.meter is None else await _started(parts.meter, seed)
    engine = await _started(parts.engine, seed)
    if not parts.adopted:
        for name, way in parts.ways.items():
            upstream = way.upstream
            protocol = PROTOCOLS[name]
            ours = parts.prefix + name
            if meter is not None:
                listen = str(way.metered)
                await meter.create(ours, upstream=str(upstream), listen=listen, protocol=protocol)
                upstream = way.meter
            listen = str(way.listen)
            await engine.create(ours, upstream=str(upstream), listen=listen, protocol=protocol)
    return Wiring(
        proxies={
            name: ToxiproxyProxy(engine, parts.prefix + name, meter=meter) for name in PROTOCOLS
        },
        servers=[server for server in (meter, engine) if server is not None],
    )


async def _started(engine: EnginePart, seed: int) -> ToxiproxyServer:
    await engine.start(seed)
    return ToxiproxyServer(engine.api.host, engine.api.port)


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose first error comes out as it is."""
    with ungrouped():
        async with asyncio.TaskGroup() as group:
            yield group
