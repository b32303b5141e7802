"""A connection whose bytes are understood: rules on PostgreSQL's messages act here.

client ─▶ toxics ─▶ tap ─▶ server        the tap sits at the server's end of both links:
client ◀─ toxics ◀─ tap ◀─ server        to the app it is a PostgreSQL that behaves so
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from faults.proxy.link import Link
from faults.proxy.postgres.actions import (
    Action,
    Close,
    Direction,
    EndOfFile,
    Hold,
    Reset,
    ToClient,
    ToServer,
)
from faults.proxy.postgres.injector import Wire
from faults.proxy.toxics.stage import TIMER_SECONDS, now


class Tapped(Protocol):
    """What of a connection the tap works on."""

    upstream: Link
    downstream: Link

    def reset(self) -> None:
        """Close both sockets with RST."""

    def drop_server(self) -> None:
        """Close the server's socket; the client gets what is under way, then the end."""


class Tap:
    """Feeds a :class:`Wire` with what passes, and does what it says."""

    def __init__(self, connection: Tapped, wire: Wire) -> None:
        self.wire = wire
        self._connection = connection
        self._timers: set[asyncio.TimerHandle] = set()
        self._up, self._down = up, down = connection.upstream, connection.downstream
        up.deliver = self._from_client
        up.conclude = self._client_ended
        down.received = self._from_server
        down.source_finished = self._server_ended

    def _from_client(self, data: bytes) -> None:
        if self.wire.client_passes(data):
            self._up.put(data)
        else:
            self.do(self.wire.client_judged(data))

    def _client_ended(self) -> None:
        if self.wire.over:
            self._connection.upstream.put_end()
        else:
            self.do(self.wire.client_finished())

    def _from_server(self, data: bytes) -> None:
        self._down.bytes += len(data)
        if self.wire.server_passes(data):
            self._down.forward(data)
        else:
            self.do(self.wire.server_judged(data))

    def _server_ended(self) -> None:
        if self.wire.over:
            self._connection.downstream.take_end()
        else:
            self.do(self.wire.server_finished())

    def disarmed(self, rule_id: str) -> None:
        """Let go what is held for a rule."""
        self.do(self.wire.disarmed(rule_id))

    def stop(self) -> None:
        """The connection is gone."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def do(self, actions: Iterable[Action]) -> None:
        """Carry out what the wire wants, in order."""
        up, down = self._connection.upstream, self._connection.downstream
        for action in actions:
            match action:
                case ToServer(data):
                    up.put(data)
                case ToClient(data):
                    down.forward(data)
                case Hold():
                    self._hold(action)
                case EndOfFile(direction):
                    up.put_end() if direction is Direction.UP else down.take_end()
                case Reset():
                    self._connection.reset()
                case Close():
                    self._connection.drop_server()
        self._balance(up, Direction.UP)
        self._balance(down, Direction.DOWN)

    def _balance(self, link: Link, direction: Direction) -> None:
        held = self.wire.held_bytes(direction)
        if held != link.kept_elsewhere:
            link.kept_elsewhere = held
            link.throttle()

    def _hold(self, hold: Hold) -> None:
        if hold.seconds is not None:
            self._release_at(hold, now() + hold.seconds)

    def _release_at(self, hold: Hold, when: float) -> None:
        """Early and again, as stages do: the loop's timers are whole milliseconds."""
        left = when - now()
        if left <= 0:
            self.do(self.wire.release(hold))
            return
        loop = asyncio.get_running_loop()

        def again() -> None:
            self._timers.discard(timer)
            self._release_at(hold, when)

        timer = loop.call_later(max(0.0, left - TIMER_SECONDS), again)
        self._timers.add(timer)
