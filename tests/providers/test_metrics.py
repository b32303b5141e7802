"""Gauges from a scrape: of the app's own, added up over labels; of nonsense, none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from squall.lab import app_metrics

SCRAPE = """\
# HELP pool_in_use Connections in use
# TYPE pool_in_use gauge
pool_in_use{pool="orders"} 2
pool_in_use{pool="items"} 3
# TYPE python_gc_objects gauge
python_gc_objects 7
# TYPE answers counter
answers_total 9
# TYPE age gauge
age NaN
"""
PLAIN = f"HTTP/1.1 200 OK\r\nContent-Length: {len(SCRAPE)}\r\n\r\n{SCRAPE}"
CHUNKED = (
    f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{len(SCRAPE):x}\r\n{SCRAPE}\r\n0\r\n\r\n"
)


@asynccontextmanager
async def answering(answer: str | None) -> AsyncIterator[int]:
    """A server with one answer, or none; its port."""
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readline()) == b"GET /metrics HTTP/1.1\r\n"
        if answer is None:
            await gone.wait()
        else:
            writer.write(answer.encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    gone.set()
    server.close()
    await server.wait_closed()


async def scraped(answer: str | None) -> dict[str, float] | None:
    async with answering(answer) as port:
        return await app_metrics.gauges("127.0.0.1", port, "/metrics")


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED], ids=["length", "chunked"])
async def test_gauges_are_added_up_over_their_labels(answer: str) -> None:
    assert await scraped(answer) == {"pool_in_use": 5.0}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "",
        "nonsense",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nthis { is not a metric",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npool 1",
    ],
)
async def test_of_anything_else_nothing_is_known(
    answer: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_metrics, "SCRAPE_SECONDS", 0.2)
    assert await scraped(answer) is None


async def test_an_app_that_is_down_says_nothing() -> None:
    async with answering(PLAIN) as port:
        pass
    assert await app_metrics.gauges("127.0.0.1", port, "/metrics") is None
