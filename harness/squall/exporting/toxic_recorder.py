"""What a fault of the network asks of Toxiproxy's API, found by injecting it into a recorder.

So a fault says once what it does, and a fault of your own is exported, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from squall_faults import Flap
from squall_faults.catalogue import entry_of
from squall_faults.in_force import InForce
from squall_faults.network.on_connections import MAX_CONNECTIONS
from squall_faults.ports import EVERYTHING, Direction, NetworkProxy, Target, Traffic

from squall.exporting.expressible import CannotExpress
from squall.scenario.step import Step

REASONS = {
    "app": "it acts on the app's process",
    "client": "it acts on Squall's own load",
    "database": "it acts on the database server, behind every proxy",
    "redis": "it acts on a Redis server or its messages, which Toxiproxy does not read",
    "upstream": "it acts on HTTP requests, which Toxiproxy does not read",
    "wire": "it acts on messages of PostgreSQL, which Toxiproxy does not read",
    "worker": "it acts on processes of the app",
}
"""Why a fault of a family is none of Toxiproxy's."""


@dataclass(slots=True)
class RecordingProxy:
    """A proxy that does nothing and remembers what it was asked for."""

    name: str
    prefix: str = ""
    """Before the name of each toxic, so that no two of a scenario are the same."""
    toxics: list[dict[str, Any]] = field(default_factory=list)
    """As ``POST /proxies/{name}/toxics`` takes them."""
    disabled: bool = False
    resets_live_connections: bool = False

    async def add_toxic(
        self,
        _name: str,
        kind: str,
        *,
        stream: Direction,
        attributes: Mapping[str, int],
        target: Target = EVERYTHING,
    ) -> None:
        """Remember it; a choice of connections that Toxiproxy does not have is refused."""
        if target.scope != "all":
            raise CannotExpress(f"it hits {target.scope} connections only, Toxiproxy hits all")
        if 0 < target.connections < MAX_CONNECTIONS:
            raise CannotExpress(
                f"it hits at most {target.connections} connections, Toxiproxy hits all"
            )
        self.toxics.append({
            "name": f"{self.prefix}{kind}_{stream}",
            "type": kind,
            "stream": stream,
            "toxicity": target.share,
            "attributes": dict(attributes),
        })  # fmt: skip

    async def update_toxic(self, _name: str, *, attributes: Mapping[str, int]) -> None:
        """Refuse: an export has no later moment."""
        raise CannotExpress(f"it changes while it is in force: {', '.join(attributes)}")

    async def remove_toxic(self, _name: str) -> None:
        """The heal; who exports knows how to heal."""

    async def disable(self) -> None:
        """Remember it."""
        self.disabled = True

    async def enable(self) -> None:
        """The heal."""

    async def reset_connections(self) -> int:
        """Refuse what only Squall's engine can do."""
        raise CannotExpress("it resets idle connections, which only Squall's engine can do")

    async def silence_connections(self) -> int:
        """Refuse what only Squall's engine can do."""
        raise CannotExpress("it silences open connections, which only Squall's engine can do")

    async def in_force(self) -> InForce:
        """Nothing is."""
        return InForce(identity="", enabled=True)

    async def traffic(self) -> Traffic:
        """One connection is open, so that a fault that waits for one goes on."""
        return Traffic(open=1, accepted=0, upstream_bytes=0, downstream_bytes=0)


def record_toxics(number: int, step: Step) -> RecordingProxy:
    """What the step asks of its proxy.

    Raises:
        CannotExpress: it is not a fault of Toxiproxy's.
    """
    fault = step.fault
    if entry_of(fault).needs is not NetworkProxy:
        family = step.label.partition(".")[0]
        raise CannotExpress(REASONS.get(family, "it acts on something else than a proxy"))
    if isinstance(fault, Flap):
        raise CannotExpress("it switches the proxy off and on until its heal")
    proxy = RecordingProxy(getattr(fault, "proxy", "postgres"), prefix=f"step{number}_")

    async def inject() -> None:
        async with fault.inject(proxy):
            pass

    asyncio.run(inject())
    return proxy
