"""What the conformance tests work with: an engine's process, its API, and both ends of a proxy."""

from __future__ import annotations

import http.client
import json
import os
import random
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote

from squall.lab.endpoint import free_port
from squall.lab.providers.process.engine_process import find_toxiproxy

PATIENCE = 5.0
"""Nothing that should happen may take longer, in seconds."""

SLACK = 0.4
"""What a busy machine may add to a wait, in seconds."""

SILENCE = 0.12
"""So long nothing must come, where nothing may come, in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said, to the byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Status and text of a refusal whose form is checked on the way."""
        said = self.json
        assert said["status"] == self.status
        assert self.body.endswith(b"\n")
        return self.status, said["error"]


class Api:
    """Raw requests: bodies are bytes or whatever becomes JSON."""

    def __init__(self, host: str, port: int, *, patience: float = PATIENCE) -> None:
        self.host, self.port = host, port
        self.patience = patience

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection(self.host, self.port, timeout=self.patience)
        try:
            line.request(method, path, raw, named)
            said = line.getresponse()
            return Answer(said.status, {k.lower(): v for k, v in said.getheaders()}, said.read())
        finally:
            line.close()


def spawn(
    engine: str, *more: str, stderr: IO[str] | None = None
) -> tuple[subprocess.Popen[str], Api]:
    """A server of its own; the caller ends it."""
    if engine == "embedded":
        command = [
            sys.executable,
            "-m",
            "squall_faults.proxy",
            "-host",
            "127.0.0.1",
            "-port",
            "0",
            *more,
        ]
        env = {"LOG_LEVEL": "error", **os.environ}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env
        )
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())["listening"]
        return process, Api("127.0.0.1", int(said.rpartition(":")[2]))
    binary, port = find_toxiproxy(), free_port()
    assert binary is not None
    command = [binary, "-host", "127.0.0.1", "-port", str(port), *more]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, text=True)
    api = Api("127.0.0.1", port)
    until(lambda: answers(api))
    return process, api


@contextmanager
def server(engine: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], Api]]:
    """A server for one test, that may break it."""
    process, api = spawn(engine, *more)
    try:
        yield process, api
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """SIGKILL: nothing of a server is worth keeping."""
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def answers(api: Api) -> bool:
    try:
        return api("GET", "/version").status == 200
    except OSError:
        return False


class Route:
    """A proxy in front of an upstream whose connections the test accepts by hand."""

    def __init__(self, api: Api, name: str, sockets: list[socket.socket], **more: object) -> None:
        self.api, self.name, self._sockets = api, name, sockets
        self.listener = self._kept(socket.create_server(("127.0.0.1", 0)))
        self.listener.settimeout(PATIENCE)
        self.upstream = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.path = f"/proxies/{quote(name)}"
        body = {"name": name, "listen": "127.0.0.1:0", "upstream": self.upstream, **more}
        made = api("POST", "/proxies", body)
        assert made.status == 201, made
        self.listen = str(made.json["listen"])

    def _kept(self, made: socket.socket) -> socket.socket:
        self._sockets.append(made)
        made.settimeout(PATIENCE)
        return made

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host, int(port)

    def connect(self) -> socket.socket:
        """A client of the proxy."""
        return self._kept(socket.create_connection(self.address, PATIENCE))

    def accept(self) -> socket.socket:
        """The upstream's end of the next connection."""
        return self._kept(self.listener.accept()[0])

    def pair(self) -> tuple[socket.socket, socket.socket]:
        """Both ends of a new connection, which is known to work."""
        client = self.connect()
        return client, self.accept()

    def listening(self) -> bool:
        try:
            socket.create_connection(self.address, PATIENCE).close()
        except ConnectionRefusedError:
            return False
        return True

    def toxic(
        self, kind: str, stream: str = "downstream", *, more: Any = None, **attributes: int
    ) -> str:
        """Add a toxic; its name."""
        body = {"type": kind, "stream": stream, "attributes": attributes, **(more or {})}
        made = self.api("POST", f"{self.path}/toxics", body)
        assert made.status == 200, made
        return str(made.json["name"])

    def update(self, name: str, *, more: Any = None, **attributes: int) -> Any:
        said = self.api(
            "PATCH", f"{self.path}/toxics/{name}", {"attributes": attributes, **(more or {})}
        )
        assert said.status == 200, said
        return said.json

    def remove(self, name: str) -> None:
        said = self.api("DELETE", f"{self.path}/toxics/{name}")
        assert said.status == 204, said

    def change(self, **fields: object) -> Answer:
        return self.api("PATCH", self.path, fields)

    def shown(self) -> Any:
        return self.api("GET", self.path).json


def receive(end: socket.socket, size: int) -> bytes:
    """Exactly so many bytes; fewer when the other end closes before."""
    got = bytearray()
    while len(got) < size and (data := end.recv(min(65536, size - len(got)))):
        got += data
    return bytes(got)


def rest(end: socket.socket) -> bytes:
    """Everything until the end of file."""
    got = bytearray()
    while data := end.recv(65536):
        got += data
    return bytes(got)


def ending(end: socket.socket) -> str:
    """How the connection ends: ``closed`` or ``reset``; bytes before it are dropped."""
    try:
        rest(end)
    except ConnectionResetError:
        return "reset"
    return "closed"


def silent(end: socket.socket, seconds: float = SILENCE) -> bool:
    """Whether neither bytes nor an end come for a while."""
    return not select.select([end], [], [], seconds)[0]


def noise(size: int) -> bytes:
    """Bytes without a pattern, the same each time: a lost or moved one shows."""
    return random.Random(size).randbytes(size)  # noqa: S311 - no secret


def travel(sender: socket.socket, receiver: socket.socket, data: bytes = b"ping") -> float:
    """Seconds until the other end has it all; the bytes are compared."""
    begun = time.monotonic()
    sender.sendall(data)
    assert receive(receiver, len(data)) == data
    return time.monotonic() - begun


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Ask again and again; a failure when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)
