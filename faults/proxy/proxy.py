"""One proxy: a listener, its connections, and the toxics that new and live connections get."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from faults.proxy import listening
from faults.proxy.appointments import Appointments
from faults.proxy.connection import Connection
from faults.proxy.errors import ApiError
from faults.proxy.link import Link
from faults.proxy.refusal import Refusal
from faults.proxy.toxics import KINDS
from faults.proxy.toxics.first_bytes import FirstBytesStage
from faults.proxy.toxics.stage import Stage, Tally
from faults.proxy.wire import ProxyRules


@dataclass(slots=True)
class Toxic:
    """A toxic as the API knows it."""

    name: str
    type: str
    stream: str
    toxicity: float = 1.0
    attributes: dict[str, int] = field(default_factory=dict)
    scope: str = "all"
    """``existing``: connections open when it was added; ``new``: those accepted later."""
    connections: int = 0
    """At most so many connections get it; 0: no limit."""
    first_bytes: int = 0
    """On each connection, so many bytes of its direction meet it; 0: all."""
    hits: int = field(default=0, compare=False)
    """Connections that got it so far."""
    tally: Tally = field(default_factory=Tally, compare=False)

    @property
    def upstream(self) -> bool:
        """Whether it acts on what clients send."""
        return self.stream.lower() == "upstream"


class Proxy:
    """Listens, dials the upstream for each client, and applies toxics."""

    DIAL_SECONDS = 10.0
    BACKLOG = 1024

    def __init__(self, name: str, listen: str, upstream: str, seed: int) -> None:
        self.name = name
        self.listen = listen
        self.upstream = upstream
        self.toxics: dict[str, Toxic] = {}
        self.accepted = self.dial_errors = self.resets = 0
        self._closed_bytes = [0, 0]
        self._closed_sent = [0, 0]
        self.seed = seed
        self._server: asyncio.Server | None = None
        self._connections: dict[Connection, None] = {}
        self.appointments = Appointments()
        """What heals by itself, unless somebody does so earlier."""
        self.wire = ProxyRules()
        self.refusal = Refusal(lambda: self.upstream_address, self._listen)

    @property
    def enabled(self) -> bool:
        """Whether it listens."""
        return self._server is not None or self.refusal.active

    @property
    def upstream_address(self) -> tuple[str, int]:
        """Host and port to dial; a bad one fails like a dead upstream."""
        host, _, port = self.upstream.rpartition(":")
        return host.strip("[]") or "localhost", int(port) if port.isdigit() else 0

    async def start(self) -> None:
        """Listen; the port that was chosen for ``:0`` is kept from then on."""
        if self.enabled:
            return
        self.appointments.cancel("enable")
        await self._listen()
        if self.refusal.wanted and not await self.refusal.upstream_answers():
            self._refuse()

    def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            self.refusal.begin()

    async def _listen(self) -> None:
        listener = await listening.opened(self.listen, self.BACKLOG)
        self.listen = listening.shown(listener.getsockname()[:2])
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self).client, sock=listener)

    async def stop(self) -> None:
        """Refuse new clients, then close every connection; buffered bytes are lost."""
        self.refusal.stop()
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._connections):
            connection.close()
        await asyncio.sleep(0)  # sockets close in the next turn of the loop

    def reset_connections(self) -> int:
        """RST to both ends of every live connection, idle ones too."""
        live = list(self._connections)
        for connection in live:
            connection.reset()
        self.resets += len(live)
        return len(live)

    def silence_connections(self) -> int:
        """Let every live connection go silent for good; how many there were."""
        return sum(connection.silence() for connection in list(self._connections))

    def close_silent(self) -> int:
        """Close what went silent; how many there still were."""
        silent = [connection for connection in self._connections if connection.silent]
        for connection in silent:
            connection.close()
        return len(silent)

    def sent(self, *, upstream: bool) -> int:
        """Bytes that were delivered in one direction; swallowed, held and lost ones were not."""
        links = [c.upstream if upstream else c.downstream for c in self._connections]
        return self._closed_sent[0 if upstream else 1] + sum(link.delivered for link in links)

    def traffic(self) -> dict[str, Any]:
        """Counters since creation, live connections included."""
        return {
            "open": len(self._connections),
            "accepted": self.accepted,
            "dial_errors": self.dial_errors,
            "reset": self.resets,
            "upstream_bytes": self._closed_bytes[0]
            + sum(connection.upstream.bytes for connection in self._connections),
            "downstream_bytes": self._closed_bytes[1]
            + sum(connection.downstream.bytes for connection in self._connections),
            "upstream_sent_bytes": self.sent(upstream=True),
            "downstream_sent_bytes": self.sent(upstream=False),
            "statements": self.wire.statements,
            "toxics": {
                toxic.name: {"bites": toxic.tally.bites, "connections": toxic.hits}
                for toxic in self.toxics.values()
            },
        }

    # Called by connections

    def dial_failed(self, connection: Connection) -> None:
        """The upstream is down: close the client's connection, or refuse it as well as we can."""
        self.dial_errors += 1
        if self.refusal.wanted:
            connection.reset()
            self._refuse()
        else:
            connection.close()

    def opened(self, connection: Connection) -> None:
        """A client was accepted."""
        self.accepted += 1
        self._connections[connection] = None
        connection.number = self.accepted
        self.wire.opened(connection)
        for toxic in self.toxics.values():
            if toxic.scope != "existing":
                self._hit(connection, toxic)

    def closed(self, connection: Connection) -> None:
        """Both sockets are gone."""
        if connection in self._connections:
            del self._connections[connection]
            self.wire.closed(connection)
            self._closed_bytes[0] += connection.upstream.bytes
            self._closed_bytes[1] += connection.downstream.bytes
            self._closed_sent[0] += connection.upstream.written
            self._closed_sent[1] += connection.downstream.written

    # Toxics

    def add_toxic(self, toxic: Toxic) -> None:
        """Put it at the end of its direction's chain, on live connections too."""
        if toxic.name in self.toxics:
            raise ApiError("toxic already exists", 409)
        self.toxics[toxic.name] = toxic
        if toxic.scope == "new":
            return
        for connection in list(self._connections):
            self._hit(connection, toxic)

    def _hit(self, connection: Connection, toxic: Toxic) -> None:
        if toxic.connections and toxic.hits >= toxic.connections:
            return
        # Toxiproxy gives every connection a stage, and a roll that is lost makes it pass all on:
        # a later update rolls anew. Where only some connections are meant, lost ones are not hit.
        stage = self._stage(connection, toxic)
        if type(stage) is not Stage or toxic.connections == 0:
            toxic.hits += type(stage) is not Stage or toxic.type == "noop"
            self._link(connection, toxic).add(toxic.name, stage)
            stage.begin()

    def update_toxic(self, toxic: Toxic) -> None:
        """Apply changed attributes and roll the toxicity anew."""
        for connection in list(self._connections):
            link = self._link(connection, toxic)
            stage = self._stage(connection, toxic)
            if not link.acts(toxic.name) or type(stage) is Stage:
                link.retune(toxic.name, stage, toxic.attributes)
                stage.begin()
            else:  # it was hit and still is: what it holds and counts stays
                stage.stop()
                link.retune(toxic.name, None, toxic.attributes)

    def remove_toxic(self, name: str) -> None:
        """Take it out of every chain; held bytes are passed on."""
        toxic = self.toxics.pop(name)
        self.appointments.cancel(f"toxic {name}")
        for connection in list(self._connections):
            self._link(connection, toxic).remove(name)

    def _link(self, connection: Connection, toxic: Toxic) -> Link:
        return connection.upstream if toxic.upstream else connection.downstream

    def _stage(self, connection: Connection, toxic: Toxic) -> Stage:
        draws = connection.draws(toxic.name)
        if draws.random() >= toxic.toxicity:
            return Stage(connection, toxic.attributes)
        stage = KINDS[toxic.type].build(connection, toxic.attributes, draws)
        stage.tally = toxic.tally
        return FirstBytesStage(stage, toxic.first_bytes) if toxic.first_bytes else stage

    # The end

    def clear(self) -> None:
        """No rule and no toxic is left."""
        self.wire.disarm_all()
        for name in list(self.toxics):
            self.remove_toxic(name)

    def forget(self) -> None:
        """Nobody knows it any more: nothing that was left for later happens."""
        self.clear()
        self.appointments.cancel_all()
