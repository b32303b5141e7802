"""The service as a process: starting without its database, and ending without losing anything."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

GRACE_SECONDS = 5.0


@asynccontextmanager
async def running(program: list[str], address: str) -> AsyncIterator[tuple[Any, Any]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *program,
        str(port),
        env={**os.environ, "DATABASE_URL": address, "ORDERS_POOL_SIZE": "5"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await answering(client, "/livez")
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def answering(client: Any, path: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                if (await client.get(path)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.01)


async def place(client: Any, key: str) -> int | None:
    headers = {"Idempotency-Key": key}
    try:
        answer = await client.post("/orders", json={"item_id": 1, "quantity": 1}, headers=headers)
    except httpx2.TransportError:
        return None
    return int(answer.status_code)


async def test_sigterm_under_load_loses_nothing(
    program: list[str], address: str, final_state: Any
) -> None:
    async with running(program, address) as (process, client):
        await answering(client, "/readyz")
        answers: dict[str, int | None] = {}

        async def caller(name: str) -> None:
            number = 0
            while process.returncode is None:
                key = f"{name}-{number}"
                answers[key] = await place(client, key)
                number += 1
                if answers[key] is None:
                    return

        group = [asyncio.create_task(caller(f"c{n}")) for n in range(10)]
        while sum(status == 201 for status in answers.values()) < 100:  # noqa: ASYNC110 - another process's condition
            await asyncio.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), GRACE_SECONDS) == 0
        await asyncio.gather(*group)
    kept = "SELECT count(*) FROM orders WHERE idempotency_key = ANY($1)"
    acknowledged = [key for key, status in answers.items() if status == 201]
    assert await final_state.value(kept, acknowledged) == len(acknowledged) >= 100
    refused = [key for key, status in answers.items() if status == 503]
    assert await final_state.value(kept, refused) == 0, "a refusal is a promise"
    assert set(answers.values()) <= {201, 503, None}


async def test_sigterm_while_the_database_is_silent_ends_in_time(
    program: list[str], address: str, wire: Any
) -> None:
    async with running(program, address) as (process, client):
        await answering(client, "/readyz")
        wire.silent = True
        pending = [asyncio.create_task(place(client, f"k{n}")) for n in range(5)]
        await asyncio.sleep(0.1)  # they are under way, and nothing tells from outside
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), GRACE_SECONDS) == 0
        assert time.monotonic() - began < 3.5
        assert set(await asyncio.gather(*pending)) <= {503, 504}


async def test_it_starts_without_its_database_and_gets_ready_by_itself(
    program: list[str], address: str, wire: Any
) -> None:
    await wire.refuse()
    async with running(program, address) as (process, client):
        for path in ("/readyz", "/startupz", "/items", "/orders/1"):
            answer = await client.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["content-type"] == "application/problem+json"
        assert await place(client, "k") == 503
        await wire.start()
        await answering(client, "/readyz")
        assert await place(client, "k") == 201
        assert process.returncode is None


async def test_settings_in_a_wrong_order_are_refused_in_words(address: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "squall_reference",
        env={**os.environ, "DATABASE_URL": address, "ORDERS_CONNECT_SECONDS": "5"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, words = await process.communicate()
    assert process.returncode == 1
    assert b"time-out connect (5 s) must be positive and below pool_wait" in words
