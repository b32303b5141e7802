"""Plays a plan on one engine, and writes down what both ends of the connection met."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from tests.conformance.bench import noise
from tests.conformance.plan import Add, Change, Ending, Pause, Plan, PlannedToxic, Remove, Send

LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Met:
    """What one end got; times in seconds from the first step."""

    size: int
    intact: bool
    last_at: float
    end: str
    """``closed``, ``reset``, ``open``, or ``left`` when this end left by itself."""
    end_at: float


class Ear(asyncio.Protocol):
    """One end of the connection."""

    def __init__(self, expected: bytes, begun: float) -> None:
        self.expected, self.begun = expected, begun
        self.got = bytearray()
        self.last_at = self.end_at = 0.0
        self.end = "open"
        self.transport: asyncio.Transport | None = None
        self.heard = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += data
        self.last_at = time.monotonic() - self.begun
        self.heard.set()

    def _ended(self, how: str) -> None:
        if self.end == "open":
            self.end, self.end_at = how, time.monotonic() - self.begun
        self.heard.set()

    def eof_received(self) -> bool:
        self._ended("closed")
        return False  # who hears the end leaves, too

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended("reset" if exc is not None else "left")

    def met(self) -> Met:
        size = len(self.got)
        return Met(
            size, bytes(self.got) == self.expected[:size], self.last_at, self.end, self.end_at
        )


class Player:
    """One engine's API, and one connection through it."""

    def __init__(self, api: Any, name: str) -> None:
        self._api, self._name = api, name

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        return await asyncio.to_thread(self._api, method, f"/proxies{path}", body)

    async def _toxic(self, number: int, toxic: PlannedToxic) -> None:
        body = {
            "name": f"t{number}", "type": toxic.kind, "stream": toxic.stream,
            "attributes": dict(toxic.attributes), "toxicity": toxic.toxicity,
        }  # fmt: skip
        said = await self._call("POST", f"/{self._name}/toxics", body)
        assert said.status == 200, said

    async def play(self, plan: Plan) -> dict[str, Met]:
        """Both ends' story; the proxy is gone afterwards."""
        loop = asyncio.get_running_loop()
        begun = time.monotonic()
        expected = {side: noise(plan.sent(side)) for side in ("client", "server")}
        server = Ear(expected["client"], begun)
        accepted = asyncio.Event()

        def accept() -> Ear:
            accepted.set()
            return server

        listener = await loop.create_server(accept, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        body = {"name": self._name, "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{port}"}
        made = await self._call("POST", "", body)
        assert made.status == 201, made
        try:
            for number, toxic in enumerate(plan.toxics):
                await self._toxic(number, toxic)
            address = made.json["listen"].rpartition(":")
            client = Ear(expected["server"], begun)
            await loop.create_connection(lambda: client, address[0], int(address[2]))
            await asyncio.wait_for(accepted.wait(), 5)
            client.begun = server.begun = time.monotonic()
            ends = {"client": client, "server": server}
            await self._steps(plan, ends, expected)
            await self._settled(ends, plan.longest_wait)
            story = {side: ear.met() for side, ear in ends.items()}
            for ear in ends.values():
                if ear.transport is not None:
                    ear.transport.abort()
            return story
        finally:
            listener.close()
            await self._call("DELETE", f"/{self._name}")

    async def _steps(self, plan: Plan, ends: dict[str, Ear], expected: dict[str, bytes]) -> None:
        sent = {"client": 0, "server": 0}
        count = len(plan.toxics)
        for step in plan.steps:
            match step:
                case Send(side, size):
                    begin = sent[side]
                    sent[side] += size
                    transport = ends[side].transport
                    if transport is not None and not transport.is_closing():
                        transport.write(expected[side][begin : begin + size])
                    await asyncio.sleep(0.004)
                case Pause(ms):
                    await asyncio.sleep(ms / 1000)
                case Add(toxic):
                    await self._toxic(count, toxic)
                    count += 1
                case Change(number, attributes):
                    path = f"/{self._name}/toxics/t{number}"
                    await self._call("PATCH", path, {"attributes": dict(attributes)})
                case Remove(number):
                    await self._call("DELETE", f"/{self._name}/toxics/t{number}")
        if plan.ending is not None:
            self._end(ends[plan.ending.side], plan.ending)

    @staticmethod
    def _end(ear: Ear, ending: Ending) -> None:
        transport = ear.transport
        if transport is None or transport.is_closing():
            return
        if ending.how == "shut":
            transport.write_eof()
            return
        if ending.how == "reset":
            handle = transport.get_extra_info("socket")
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            transport.abort()
        else:
            transport.close()

    async def _settled(self, ends: dict[str, Ear], quiet: float) -> None:
        """Until both ends ended, or nothing happened for a while."""
        while any(ear.end == "open" for ear in ends.values()):
            for ear in ends.values():
                ear.heard.clear()
            waits = [asyncio.create_task(ear.heard.wait()) for ear in ends.values()]
            done, pending = await asyncio.wait(
                waits, timeout=quiet, return_when=asyncio.FIRST_COMPLETED
            )
            for each in pending:
                each.cancel()
            if not done:
                return
