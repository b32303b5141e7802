"""A connection whose bytes are understood: rules on messages act here.

client ─▶ toxics ─▶ tap ─▶ server        the tap sits at the server's end of both links:
client ◀─ toxics ◀─ tap ◀─ server        to the app it is a server that behaves so
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from squall_faults.proxy.actions import (
    Action,
    Close,
    Direction,
    EndOfFile,
    Hold,
    ResetConnection,
    ToClient,
    ToServer,
)
from squall_faults.proxy.core.inbox import Inbox
from squall_faults.proxy.core.link import Link
from squall_faults.proxy.rules.message_interceptor import MessageInterceptor
from squall_faults.proxy.toxics.stage import TIMER_SECONDS, now

MAX_AT_ONCE = 65_536
"""A larger answer is never looked through in one step."""


class InterceptedConnection(Protocol):
    """What of a connection the tap works on."""

    upstream: Link
    downstream: Link

    def reset(self) -> None:
        """Close both sockets with RST."""

    def drop_server(self) -> None:
        """Close the server's socket; the client gets what is under way, then the end."""


class _Joined:
    """Messages for one side that follow each other: one write."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._messages: list[bytes] = []

    def add(self, data: bytes) -> None:
        self._messages.append(data)

    def flush(self) -> None:
        if self._messages:
            data = b"".join(self._messages)
            self._messages.clear()
            self._write(data)


class Interception:
    """Feeds a :class:`Wire` with what passes, and does what it says."""

    def __init__(self, connection: InterceptedConnection, wire: MessageInterceptor) -> None:
        self.wire = wire
        self._connection = connection
        self._timers: set[asyncio.TimerHandle] = set()
        self._up, self._down = up, down = connection.upstream, connection.downstream
        self._inbox_up = Inbox(self._judge_up, self._client_ended, self._may_send)
        self._inbox_down = Inbox(self._judge_down, self._server_ended, lambda: True)
        up.deliver = self._from_client
        up.conclude = self._inbox_up.put_end
        down.received = self._from_server
        down.source_finished = self._inbox_down.put_end

    def _from_client(self, data: bytes) -> None:
        if self._inbox_up.empty and self.wire.client_passes(data):
            self._up.put(data)
        else:
            self._inbox_up.put(data)
            self._balance_all()

    def _judge_up(self, data: bytes) -> None:
        if self.wire.client_passes(data):
            self._up.put(data)
        else:
            self.do(self.wire.client_judged(data))

    def _may_send(self) -> bool:
        """Questions without an answer are bounded: no more of them are taken meanwhile."""
        return not self.wire.full

    def _client_ended(self) -> None:
        if self.wire.over:
            self._connection.upstream.put_end()
        else:
            self.do(self.wire.client_finished())

    def _from_server(self, data: bytes) -> None:
        self._down.bytes += len(data)
        small = len(data) <= MAX_AT_ONCE and self._inbox_down.empty
        if small and self.wire.server_passes(data):
            self._down.forward(data)
        else:
            self._inbox_down.put(data)
            self._balance_all()

    def _judge_down(self, data: bytes) -> None:
        if self.wire.server_passes(data):
            self._down.forward(data)
        else:
            self.do(self.wire.server_judged(data))
            self._inbox_up.wake()

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
        self._inbox_up.clear()
        self._inbox_down.clear()

    def do(self, actions: Iterable[Action]) -> None:
        """Carry out what the wire wants, in order; messages without a pause are one write."""
        up, down = _Joined(self._up.put), _Joined(self._down.forward)
        for action in actions:
            match action:
                case ToServer(data):
                    up.add(data)
                case ToClient(data):
                    down.add(data)
                case _:
                    up.flush()
                    down.flush()
                    self._act(action)
        up.flush()
        down.flush()
        self._balance_all()

    def _act(self, action: Action) -> None:
        match action:
            case Hold():
                self._hold(action)
            case EndOfFile(Direction.UP):
                self._up.put_end()
            case EndOfFile():
                self._down.take_end()
            case ResetConnection():
                self._connection.reset()
            case Close():
                self._connection.drop_server()

    def _balance_all(self) -> None:
        self._balance(self._up, Direction.UP, self._inbox_up)
        self._balance(self._down, Direction.DOWN, self._inbox_down)

    def _balance(self, link: Link, direction: Direction, inbox: Inbox) -> None:
        held = self.wire.held_bytes(direction) + inbox.bytes
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
