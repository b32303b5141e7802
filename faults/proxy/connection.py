"""One client with its connection to the upstream: two sockets, two links, one end.

    client ══════▶ upstream link ══════▶ server
    client ◀══════ downstream link ◀════ server

An end of file is passed on as a half-close; the connection closes when both directions ended.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from faults.proxy.link import Link
from faults.proxy.silence import NAME as SILENCE
from faults.proxy.silence import SilentStage

if TYPE_CHECKING:
    from faults.proxy.proxy import Proxy

RST_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with time 0: close() sends RST (POSIX)."""


class Side(asyncio.Protocol):
    """One socket of a connection: reads into one link, is written to by the other."""

    def __init__(
        self, connected: Callable[[asyncio.Transport], None], connection: Connection
    ) -> None:
        self._connected = connected
        self._connection = connection
        self.out = Link(connection)
        """The link that this side is the source of."""
        self.into: Link = self.out

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        if isinstance(transport, asyncio.Transport) or hasattr(transport, "pause_reading"):
            self._connected(transport)  # type: ignore[arg-type] # uvloop's transport is no subclass

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket."""
        self.out.received(data)

    def eof_received(self) -> bool:
        """Keep the socket open for the other direction."""
        self.out.source_finished()
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - either way it is gone
        """The socket is gone."""
        self._connection.lost(self)

    def pause_writing(self) -> None:
        """Our buffer towards this socket is full."""
        self.into.writer_full(True)

    def resume_writing(self) -> None:
        """There is room again."""
        self.into.writer_full(False)


class Connection:
    """Both sides of one proxied connection."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self.client = Side(self._client_connected, self)
        self.server = Side(self._server_connected, self)
        self.client.into, self.server.into = self.server.out, self.client.out
        self.upstream, self.downstream = self.client.out, self.server.out
        self._dial: asyncio.Task[None] | None = None
        self._gone: set[Side] = set()
        self.silent = False
        self.number = 0
        self._draws: dict[str, random.Random] = {}
        self._over = False
        """Closed or reset by us: nothing that still comes may move a byte."""

    def _client_connected(self, transport: asyncio.Transport) -> None:
        transport.pause_reading()
        _no_delay(transport)
        self.upstream.source = self.downstream.destination = transport
        self._proxy.opened(self)
        if self._over:  # a toxic has reset it already
            return
        self._dial = asyncio.get_running_loop().create_task(self._dialled())

    async def _dialled(self) -> None:
        host, port = self._proxy.upstream_address
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._proxy.DIAL_SECONDS):
                await loop.create_connection(lambda: self.server, host, port)
        except (OSError, TimeoutError):
            self._proxy.dial_failed(self)
            return
        client = self.upstream.source
        if client is None or client.is_closing():
            self.close()
        else:
            client.resume_reading()

    def _server_connected(self, transport: asyncio.Transport) -> None:
        _no_delay(transport)
        self.downstream.source = transport
        self.upstream.connected(transport)

    def link_ended(self, link: Link) -> None:
        """A direction ended: half-close its destination, or close when the other ended, too."""
        other = self.downstream if link is self.upstream else self.upstream
        destination = link.destination
        if self._over or destination is None or destination.is_closing():
            return
        if other.ended or len(self._gone) > 0:
            self.close()
        elif destination.can_write_eof():
            destination.write_eof()

    def lost(self, side: Side) -> None:
        """A socket is gone: deliver what it still sent, then close the other one."""
        self._gone.add(side)
        if not self._over:
            side.out.source_finished()
            if side.out.ended or side.out.destination is None:
                self.close()
        if {self.client, self.server} <= self._gone or self.downstream.source is None:
            self._finish()

    def drop_server(self) -> None:
        """Close the server's socket; the client gets what is under way, then the end."""
        transport = self.downstream.source
        self.downstream.take_end()
        if transport is not None:
            transport.close()

    def silence(self) -> bool:
        """Swallow everything from now on, both ways; False when it is silent already."""
        if self.silent or self._over:
            return False
        self.silent = True
        self.upstream.add(SILENCE, SilentStage(self, ends=True))
        self.downstream.add(SILENCE, SilentStage(self, ends=False))
        return True

    def draws(self, toxic: str) -> random.Random:
        """A toxic's chances on this connection.

        They depend on the seed and on names and numbers only, never on what other connections do:
        the same connections meet the same fate in every run.
        """
        if toxic not in self._draws:
            key = f"{self._proxy.seed}/{self._proxy.name}/{self.number}/{toxic}"
            self._draws[toxic] = random.Random(key)  # noqa: S311 - repeatable on purpose
        return self._draws[toxic]

    def close(self) -> None:
        """Close both sockets after what was written; held bytes are lost."""
        self._stop()
        for transport in self._transports():
            transport.close()

    def reset(self) -> None:
        """Close both sockets with RST; what waits in our buffers is lost."""
        self._stop()
        self.upstream.dropped()
        self.downstream.dropped()
        for transport in self._transports():
            handle = transport.get_extra_info("socket")
            if handle is not None:
                try:
                    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
                except (OSError, ValueError):  # uvloop: a closed socket has no descriptor
                    continue
            transport.abort()

    def _transports(self) -> list[asyncio.Transport]:
        sides = [side for side in (self.client, self.server) if side not in self._gone]
        return [side.out.source for side in sides if side.out.source is not None]

    def _stop(self) -> None:
        self._over = True
        self.upstream.stop()
        self.downstream.stop()
        if self._dial is not None and self._dial is not asyncio.current_task():
            self._dial.cancel()

    def _finish(self) -> None:
        self._stop()
        self._proxy.closed(self)


def _no_delay(transport: asyncio.Transport) -> None:
    handle = transport.get_extra_info("socket")
    if handle is not None and handle.family in (socket.AF_INET, socket.AF_INET6):
        handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
