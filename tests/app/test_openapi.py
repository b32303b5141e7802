"""Whatever the OpenAPI document allows, and much that it forbids: documented answers, never 500."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES = 25
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def examine(url: str) -> Counter[tuple[str, int]]:
    """Call every operation with generated input; answers by operation and status."""
    load_all_checks()
    seen: Counter[tuple[str, int]] = Counter()
    for found in schemathesis.openapi.from_url(f"{url}/openapi.json").get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr] # an Err raises here

        @SETTINGS
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            response = case.call()
            seen[operation.label, response.status_code] += 1  # noqa: B023 - called in this turn
            case.validate_response(response, checks=CHECKS)
            assert response.status_code != 500, response.text
            if response.status_code in (503, 504):
                assert response.headers["retry-after"] == ["1"], response.headers

        check()
    return seen


@asynccontextmanager
async def running(address: str, port: int) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "squall_reference", str(port),
        env={**os.environ, "DATABASE_URL": address, "ORDERS_DEADLINE_SECONDS": "2"},
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx2.AsyncClient(base_url=url) as client, asyncio.timeout(20):
            while not await ready(client):  # noqa: ASYNC110 - another process's condition
                await asyncio.sleep(0.02)
        yield url
    finally:
        process.kill()
        await process.wait()


async def ready(client: Any) -> bool:
    try:
        return bool((await client.get("/readyz")).status_code == 200)
    except httpx2.TransportError:
        return False


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


async def test_in_calm_weather(address: str, port: int) -> None:
    async with running(address, port) as url:
        seen = await asyncio.to_thread(examine, url)
    statuses = {status for _, status in seen}
    assert {200, 422} <= statuses
    assert not statuses & {500, 503, 504}, seen
    assert len({operation for operation, _ in seen}) == 8


async def test_while_the_database_is_out(address: str, port: int, wire: Any) -> None:
    async with running(address, port) as url:
        await wire.refuse()
        seen = await asyncio.to_thread(examine, url)
    statuses = {status for _, status in seen}
    assert 503 in statuses
    assert not statuses & {201, 500}, seen
