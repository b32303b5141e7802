"""The proxies of a lab: created in the engine, and in the metering proxy behind a real
Toxiproxy.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer

from squall.core.groups import ungrouped
from squall.lab.components import Components, EngineComponent

PROTOCOLS = {"postgres": "postgresql", "app": ""}
PROTOCOL_OF_KIND = {"redis": "redis"}
"""What the engine reads in front of a dependency of this kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySet:
    """The proxies that faults and the runner use."""

    proxies: Mapping[str, ToxiproxyProxy]
    servers: Sequence[ToxiproxyServer]


async def create_proxies(
    parts: Components, seed: int, database_is_up: Awaitable[object]
) -> ProxySet:
    """Start engine and metering proxy, and create the proxies unless they exist.

    The one in front of the database is created last, when its server is up and its roles have their
    passwords. Before that an app is refused, as by a server that does not run.

    Raises:
        LabError: an engine did not start.
        InjectionFailed: an engine refused a proxy.
    """
    meter = None if parts.meter is None else await _start(parts.meter, seed)
    engine = await _start(parts.engine, seed)
    if not parts.adopted:
        for name in parts.ways:
            if name != "postgres":
                await _create(parts, name, engine, meter)
        await database_is_up
        await _create(parts, "postgres", engine, meter)
    return ProxySet(
        proxies={
            name: ToxiproxyProxy(engine, parts.prefix + name, meter=meter)
            for name in (*PROTOCOLS, *(one.name for one in parts.dependencies))
        },
        servers=[server for server in (meter, engine) if server is not None],
    )


async def _create(
    parts: Components, name: str, engine: ToxiproxyServer, meter: ToxiproxyServer | None
) -> None:
    kinds = {one.name: PROTOCOL_OF_KIND.get(one.kind, "") for one in parts.dependencies}
    way, protocol, ours = (
        parts.ways[name],
        {**kinds, **PROTOCOLS}.get(name, ""),
        parts.prefix + name,
    )
    upstream = way.upstream
    if meter is not None:
        listen = str(way.metered)
        await meter.create(ours, upstream=str(upstream), listen=listen, protocol=protocol)
        upstream = way.meter
    listen = str(way.listen)
    await engine.create(ours, upstream=str(upstream), listen=listen, protocol=protocol)


async def _start(engine: EngineComponent, seed: int) -> ToxiproxyServer:
    await engine.start(seed)
    return ToxiproxyServer(engine.api.host, engine.api.port, token=engine.token)


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose first error is raised unwrapped."""
    with ungrouped():
        async with asyncio.TaskGroup() as group:
            yield group
