"""The load reaches an app by TLS through a proxy: the certificate is checked for the app's name."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from squall.core.ids import lab_id
from squall.history.op import Op
from squall.workload.generator import Workload
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NAME = "shop.example"


@pytest.fixture
def certificate(
    tmp_path: Path, need: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> Path:
    if shutil.which("openssl") is None:
        need("openssl", "apt-get install openssl")
    file = tmp_path / "pair.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", file, "-out",
         tmp_path / "ca.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_text(file.read_text() + (tmp_path / "ca.pem").read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return file


@asynccontextmanager
async def listening(certificate: Path) -> AsyncIterator[tuple[int, list[bytes]]]:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                heads.append(head)
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()


async def sent(url: str) -> list[Op]:
    workload = Workload(route="127.0.0.1")
    await workload.start_process()
    try:
        read = Operation(name="read", method="GET", path="/items/1", effect="read")
        plan = LoadPlan(
            base_url=url, operations=(read,), rate_per_second=20.0, arrivals="constant", seed=1,
            run_id=lab_id(), start_at=time.monotonic(), max_seconds=0.4, timeout_seconds=2.0,
        )  # fmt: skip
        await workload.start(plan)
        await workload.wait_until_ended()
        return list((await workload.stop(time.monotonic())).ops)
    finally:
        await workload.close()


async def test_the_name_is_in_the_request_and_in_the_certificate(certificate: Path) -> None:
    assert os.environ["SSL_CERT_FILE"]
    async with listening(certificate) as (port, heads):
        ops = await sent(f"https://{NAME}:{port}")
    assert {op.status for op in ops} == {200}
    assert len(ops) > 3
    assert all(f"Host: {NAME}:{port}".encode() in head for head in heads)


async def test_a_certificate_of_another_name_is_refused(certificate: Path) -> None:
    """Otherwise the test before would prove nothing."""
    async with listening(certificate) as (port, heads):
        ops = await sent(f"https://other.example:{port}")
    assert {op.status for op in ops} == {None}
    assert heads == []
