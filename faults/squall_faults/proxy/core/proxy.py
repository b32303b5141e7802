"""One proxy: a listener, its connections, and the toxics that new and live connections get."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator
from typing import Any

from squall_faults.proxy.core import listener
from squall_faults.proxy.core.address import split_address
from squall_faults.proxy.core.connection import Connection
from squall_faults.proxy.core.proxy_rules import ProxyRules
from squall_faults.proxy.core.toxic_set import ToxicSet
from squall_faults.proxy.core.upstream_mirror import UpstreamMirror
from squall_faults.proxy.timers import Timers
from squall_faults.proxy.turns import Pause

log = logging.getLogger("squall.proxy")

DISABLED = "the disabled state"
"""What a time to live with ``enabled: false`` ends, in the list of what ended by itself."""


class Proxy:
    """Listens, dials the upstream for each client, and applies toxics."""

    DIAL_SECONDS = 10.0
    BACKLOG = 1024

    def __init__(self, name: str, listen: str, upstream: str, seed: int) -> None:
        self.name = name
        self.listen = listen
        self.upstream = upstream
        self.accepted = self.dial_errors = self.resets = self.refused = 0
        self._closed_bytes = [0, 0]
        self._closed_sent = [0, 0]
        self.seed = seed
        self._server: asyncio.Server | None = None
        self._connections: dict[Connection, None] = {}
        self.timers = Timers()
        """What heals by itself, unless it is renewed or healed before."""
        self.identity = secrets.token_hex(6)
        """Another one for each proxy that is created, in any engine."""
        self.toxics = ToxicSet(name, self.timers, lambda: self._connections)
        self.wire = ProxyRules(self.timers)
        self.refusal = UpstreamMirror(lambda: self.upstream_address, self._listen)

    @property
    def enabled(self) -> bool:
        """Whether it listens."""
        return self._server is not None or self.refusal.active

    @property
    def upstream_address(self) -> tuple[str, int]:
        """Host and port to dial.

        Raises:
            ApiError: there are none; clients meet that as a dead upstream.
        """
        host, port = split_address(self.upstream)
        return host or "localhost", port

    async def start(self) -> None:
        """Listen; the port that was chosen for ``:0`` is kept from then on."""
        if self.enabled:
            return
        self.timers.cancel(DISABLED)
        try:
            await self._listen()
            if self.refusal.wanted and not await self.refusal.upstream_answers():
                self._refuse()
        except BaseException:  # whatever ends the start, cancellation too, leaves no listener
            self._close_listener()
            raise

    def _refuse(self) -> None:
        if self._server is not None:
            self._close_listener()
            self.refusal.begin()

    def _close_listener(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _listen(self) -> None:
        listening = await listener.open_listener(self.listen, self.BACKLOG)
        try:
            self.listen = listener.format_address(listening.getsockname()[:2])
            loop = asyncio.get_running_loop()
            server = await loop.create_server(lambda: Connection(self).client, sock=listening)
        except BaseException:
            listening.close()
            raise
        self._server = server

    async def stop(self) -> None:
        """Refuse new clients, then close every connection; buffered bytes are lost."""
        self.refusal.stop()
        self._close_listener()
        pause = Pause()
        for connection in list(self._connections):
            connection.close()
            await pause()
        await asyncio.sleep(0)  # sockets close in the next turn of the loop

    def reset_connections(self) -> int:
        """RST to both ends of every live connection, idle ones too."""
        return sum(1 for _ in self._resetting())

    async def reset_in_turns(self) -> int:
        """The same, for thousands of connections: others have a turn in between."""
        pause, count = Pause(), 0
        for _ in self._resetting():
            count += 1
            await pause()
        return count

    def _resetting(self) -> Iterator[Connection]:
        for connection in list(self._connections):
            connection.reset()
            self.resets += 1
            yield connection

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

    def in_force(self) -> dict[str, Any]:
        """What is in force now, and what ended by itself."""
        return {
            "identity": self.identity,
            "enabled": self.enabled,
            "toxics": list(self.toxics),
            "rules": self.wire.ids,
            "lapsed": list(self.timers.lapsed),
        }

    def traffic(self) -> dict[str, Any]:
        """Counters since creation, live connections included."""
        return {
            "open": len(self._connections),
            "accepted": self.accepted,
            "dial_errors": self.dial_errors,
            "reset": self.resets,
            "refused": self.refused,
            "upstream_bytes": self._closed_bytes[0]
            + sum(connection.upstream.bytes for connection in self._connections),
            "downstream_bytes": self._closed_bytes[1]
            + sum(connection.downstream.bytes for connection in self._connections),
            "upstream_sent_bytes": self.sent(upstream=True),
            "downstream_sent_bytes": self.sent(upstream=False),
            "statements": self.wire.statements,
            "settings": self.wire.settings,
            "toxics": {
                toxic.name: toxic.tally.shown() | {"connections": toxic.hits}
                for toxic in self.toxics.values()
            },
        }

    # Called by connections

    def dial_failed(self, connection: Connection, reason: str) -> None:
        """The upstream is down: close the client's connection, or refuse it as well as we can."""
        self.dial_errors += 1
        log.warning(
            "%s: connection %d: dialling %s failed: %s",
            self.name, connection.number, self.upstream, reason,
        )  # fmt: skip
        if self.refusal.wanted:
            connection.reset()
            self._refuse()
        else:
            connection.close()

    def turned_away(self) -> None:
        """All descriptors are taken: the client was reset at once instead of left unserved."""
        self.refused += 1
        if self.refused & (self.refused - 1) == 0:  # each time that the number has doubled
            log.error(
                "%s: out of file descriptors: %d clients refused so far; raise ulimit -n",
                self.name, self.refused,
            )  # fmt: skip

    def opened(self, connection: Connection) -> None:
        """A client was accepted."""
        self.accepted += 1
        self._connections[connection] = None
        connection.number = self.accepted
        log.debug("%s: connection %d: accepted", self.name, connection.number)
        self.wire.opened(connection)
        self.toxics.meet(connection)

    def closed(self, connection: Connection) -> None:
        """Both sockets are gone."""
        if connection in self._connections:
            log.debug("%s: connection %d: closed", self.name, connection.number)
            del self._connections[connection]
            self.wire.closed(connection)
            self._closed_bytes[0] += connection.upstream.bytes
            self._closed_bytes[1] += connection.downstream.bytes
            self._closed_sent[0] += connection.upstream.written
            self._closed_sent[1] += connection.downstream.written

    # The end

    async def clear(self) -> None:
        """No rule and no toxic is left."""
        self.wire.disarm_all()
        await self.toxics.remove(*self.toxics)

    async def forget(self) -> None:
        """Nobody knows it any more: nothing that was left for later happens."""
        self.timers.cancel_all()
        await self.clear()
