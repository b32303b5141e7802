"""The line is down, up, down, up: a bad cable, a failing balancer, a restart loop.

    ▁▁▁▁████▁▁▁▁████▁▁▁▁████    down_ms each time, then up_ms

Each return invites everybody to connect at once, and then cuts them off again. Retries without a
pause, breakers that close at the first success, and pools that refill eagerly do worst here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.errors import InjectionFailed
from squall_faults.fault import Bite, Injection
from squall_faults.lease import still_in_force
from squall_faults.ports import NetworkProxy
from squall_faults.wait_for_connection import open_connections, wait_for_connection


@register("network.flap", needs=NetworkProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Flap:
    """Refuse connections for ``down_ms``, serve for ``up_ms``, and again, until healed."""

    down_ms: int = 100
    up_ms: int = 100
    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.whole_number("down_ms", self.down_ms, least=10, most=60_000)
        validate.whole_number("up_ms", self.up_ms, least=10, most=60_000)
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``enabled``, off and on; it bites with each connection that it cuts."""
        lapsed = await still_in_force(proxy, switching=True)
        flapping = _Flapping(self, proxy)
        task = asyncio.create_task(flapping.run())

        async def bite() -> Bite:
            if task.done() and (error := task.exception()) is not None:
                raise InjectionFailed(f"flapping ended: {error}")
            return Bite(count=flapping.cut, what=f"connections cut in {flapping.times} drops")

        try:
            yield Injection(bite, lapsed)
        finally:
            # Not cancelled: a call that is under way in the engine could arrive after ours.
            flapping.stop.set()
            await asyncio.wait({task})
            await proxy.enable()


@dataclass(slots=True)
class _Flapping:
    fault: Flap
    proxy: NetworkProxy
    cut: int = 0
    times: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        live = await wait_for_connection(lambda: open_connections(self.proxy))
        while not self.stop.is_set():
            await self.proxy.disable()
            self.cut += live
            self.times += 1
            await self._pause(self.fault.down_ms)
            if self.stop.is_set():
                return  # the cure enables
            await self.proxy.enable()
            await self._pause(self.fault.up_ms)
            live = await open_connections(self.proxy)

    async def _pause(self, milliseconds: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(milliseconds / 1000):
                await self.stop.wait()
