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

from squall_faults.proxy.core import descriptors
from squall_faults.proxy.core.busy_wait import message_noticed
from squall_faults.proxy.core.link import Link
from squall_faults.proxy.core.silence import NAME as SILENCE
from squall_faults.proxy.core.silence import SilentStage
from squall_faults.proxy.toxics.stage import End

if TYPE_CHECKING:
    from squall_faults.proxy.core.proxy import Proxy

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
        self._noticed = message_noticed()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        if isinstance(transport, asyncio.Transport) or hasattr(transport, "pause_reading"):
            self._connected(transport)  # type: ignore[arg-type] # uvloop's transport is not a subclass

    def data_received(self, data: bytes) -> None:
        """Bytes from the socket."""
        self.out.received(data)
        self._noticed(self._connection)

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
        self._resets = False
        """A toxic has reset one side: so it ends the other one, too."""
        self._over = False
        """Closed or reset by us: nothing that still comes may move a byte."""

    def _client_connected(self, transport: asyncio.Transport) -> None:
        self.upstream.wait_for_destination(transport)
        self.downstream.set_destination(transport)
        handle = transport.get_extra_info("socket")
        if handle is not None and descriptors.is_last(handle.fileno()):
            self._over = True
            self._proxy.turned_away()
            _abort(self.downstream)
            return
        _no_delay(transport)
        self._proxy.opened(self)
        if self._over:  # a toxic has reset it already
            return
        self._dial = asyncio.get_running_loop().create_task(self._dialled())

    async def _dialled(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            host, port = self._proxy.upstream_address
            async with asyncio.timeout(self._proxy.DIAL_SECONDS):
                await loop.create_connection(lambda: self.server, host, port)
        except Exception as error:  # noqa: BLE001 - whatever it is, no client may wait for ever
            self._proxy.dial_failed(self, f"{type(error).__name__} {error}".strip())
            return
        client = self.upstream.source
        if client is None or client.is_closing():
            self.close()

    def _server_connected(self, transport: asyncio.Transport) -> None:
        _no_delay(transport)
        self.downstream.source = transport
        self.upstream.connected(transport)

    def link_ended(self, link: Link, end: End) -> None:
        """A direction ended: half-close its destination, or close when the other ended, too.

        An end that a toxic made closes the destination whole. The other direction then has no
        source any more: what it holds still arrives, and behind that its own destination closes.
        So it is where the destination has left by itself meanwhile.
        """
        other = self.downstream if link is self.upstream else self.upstream
        if self._over:
            return
        self._resets = self._resets or end is End.RESET
        destination = link.destination
        if destination is None or other.ended or self._left(other):
            self.reset() if self._resets else self.close()
        elif self._left(link):
            other.source_finished()
        elif end is End.EOF and not self._resets:
            if not destination.is_closing() and destination.can_write_eof():
                self._half_close(destination)
        else:
            if self._resets:
                _abort(link)
            destination.close()
            other.source_finished()

    def _left(self, link: Link) -> bool:
        """Whether the socket that a link writes to is gone."""
        return (self.server if link is self.upstream else self.client) in self._gone

    def _half_close(self, destination: asyncio.Transport) -> None:
        """FIN; a peer that has reset the connection meanwhile takes none, and all is over."""
        try:
            destination.write_eof()
        except OSError:  # ENOTCONN: the RST is there, and our loop has not read it yet
            self.reset()

    def lost(self, side: Side) -> None:
        """A socket is gone: deliver what it still sent, then close the other one."""
        self._gone.add(side)
        if not self._over:
            side.out.source_finished()
            if (side.out.ended or side.out.destination is None) and not self._over:
                self.reset() if self._resets else self.close()
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
        for side in (self.client, self.server):
            if side not in self._gone and side.out.source is not None:
                _abort(side.into)

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


def _abort(link: Link) -> None:
    """RST to the destination of a link; what waits in our buffer never arrives."""
    link.dropped()
    transport = link.destination
    if transport is None:
        return
    handle = transport.get_extra_info("socket")
    if handle is not None:
        try:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
        except (OSError, ValueError):  # uvloop: a closed socket has no descriptor
            return
    transport.abort()


def _no_delay(transport: asyncio.Transport) -> None:
    handle = transport.get_extra_info("socket")
    if handle is not None and handle.family in (socket.AF_INET, socket.AF_INET6):
        handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
