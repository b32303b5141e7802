"""An engine as a program, with a seed, in front of an echo server."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
from squall_faults.proxy.postgres import messages as pg
from squall_faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer

PATIENCE = 5.0
SEED = 20_261_124

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Engine:
    """An engine with one proxy ``p``, and its clients."""

    def __init__(self, server: ToxiproxyServer, address: str) -> None:
        self.server = server
        self.proxy = ToxiproxyProxy(server, "p")
        self.address = address
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> Ends:
        """A client whose connection has passed the proxy and the server."""
        host, _, port = self.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        self.writers.append(writer)
        return reader, writer

    async def met(self) -> Ends:
        """The same, after a first round trip: the engine surely knows the connection."""
        ends = await self.connect()
        assert await self.fate(ends) == "answered"
        return ends

    async def fate(self, ends: Ends, data: bytes = b"ping") -> str:
        """What becomes of a round trip: answered, closed or reset."""
        reader, writer = ends
        writer.write(data)
        return await self.heard(reader, data)

    async def heard(self, reader: asyncio.StreamReader, data: bytes) -> str:
        """Whether just these bytes come, or what else."""
        try:
            async with asyncio.timeout(PATIENCE):
                return "answered" if await reader.readexactly(len(data)) == data else "garbled"
        except asyncio.IncompleteReadError as error:
            return f"closed after {error.partial!r}" if error.partial else "closed"
        except ConnectionResetError:
            return "reset"

    async def raw(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and decoded body of a request, without what a client makes of it."""
        answer = await asyncio.to_thread(
            requests.request, method, f"http://{self.server.address}{path}",
            json=body, timeout=PATIENCE, proxies={"http": "", "https": ""},
        )  # fmt: skip
        try:
            return answer.status_code, json.loads(answer.text)
        except ValueError:
            return answer.status_code, answer.text

    async def until(self, met: Any, what: str) -> None:
        """Ask until ``met`` says yes; each question is a round trip."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not await met():
                    pass
        except TimeoutError:
            pytest.fail(f"{what}: not within {PATIENCE:g} s")


@pytest.fixture(scope="module")
def program() -> Iterator[ToxiproxyServer]:
    """The engine's process; each test has a proxy of its own in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "squall_faults.proxy", "--host", "127.0.0.1", "--port", "0",
         "--seed", str(SEED)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "LOG_LEVEL": "error"},
    )  # fmt: skip
    assert process.stdout is not None
    with process:
        host, _, port = json.loads(process.stdout.readline())["listening"].rpartition(":")
        yield ToxiproxyServer(host, int(port))
        process.kill()


@pytest.fixture
async def engine(program: ToxiproxyServer) -> AsyncIterator[Engine]:
    echo = await asyncio.start_server(_echo, "127.0.0.1", 0)
    upstream = f"127.0.0.1:{echo.sockets[0].getsockname()[1]}"
    made = Engine(program, await program.create("p", upstream=upstream))
    yield made
    await program.delete("/proxies/p")
    for writer in made.writers:
        writer.close()
    echo.close()


Speak = Callable[[str], bytes]

UNTYPED = {
    "startup": struct.pack(">ii", 41, 3 << 16) + b"user\0squall\0database\0orders\0\0",
    "tls": struct.pack(">ii", 8, 80877103),
    "gss": struct.pack(">ii", 8, 80877104),
    "cancel": struct.pack(">iiii", 16, 80877102, 1, 2),
}
UNTYPED["startup"] = struct.pack(">i", len(UNTYPED["startup"])) + UNTYPED["startup"][4:]


def client_body(letter: str, rest: str) -> bytes:
    words = [word.encode() + b"\0" for word in rest.split("|")]
    if letter in "SHXc":
        return b""
    if letter in "DCdpF":
        return rest.encode() + (b"\0" if letter in "DC" else b"")
    return b"".join(words) + {"P": b"\0\0", "B": bytes(6), "E": bytes(4)}.get(letter, b"")


def server_body(letter: str, rest: str) -> bytes:
    match letter:
        case "C":
            return rest.encode() + b"\0"
        case "E" | "N":
            return b"SERROR\0C" + rest.encode() + b"\0\0"
        case _:
            return rest.encode()


def speak(body: Callable[[str, str], bytes], text: str) -> bytes:
    out = b""
    for item in text.split(" / "):
        letter, _, rest = item.partition(" ")
        out += UNTYPED.get(item, b"") or pg.message(ord(letter), body(letter, rest))
    return out


@pytest.fixture(scope="session")
def up() -> Speak:
    return lambda text: speak(client_body, text)


@pytest.fixture(scope="session")
def down() -> Speak:
    return lambda text: speak(server_body, text)
