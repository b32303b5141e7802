"""Connections that go silent for good, and what ends them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


async def test_those_that_exist_go_silent_and_new_ones_work(engine: Any) -> None:
    old = [await engine.met() for _ in range(3)]
    assert await engine.proxy.silence_connections() == 3
    for _, writer in old:
        writer.write(b"anybody?")
    assert await engine.fate(await engine.connect()) == "answered"
    await engine.until(lambda: came(engine, 4 * len(b"ping") + 3 * len(b"anybody?")), "the bytes")
    assert (await engine.proxy.traffic()).open == 4
    assert await engine.proxy.close_silent() == 3
    assert [await engine.heard(reader, b"x") for reader, _ in old] == ["closed"] * 3


async def came(engine: Any, count: int) -> bool:
    """Whether so many bytes have come from clients."""
    return bool((await engine.proxy.traffic()).upstream_bytes == count)


async def test_a_connection_goes_silent_once(engine: Any) -> None:
    await engine.met()
    assert await engine.proxy.silence_connections() == 1
    assert await engine.proxy.silence_connections() == 0
    await engine.met()
    assert await engine.proxy.silence_connections() == 1
    assert await engine.proxy.close_silent() == 2
    await engine.until(lambda: nobody(engine), "the end of both")
    assert await engine.proxy.close_silent() == 0


async def nobody(engine: Any) -> bool:
    return bool((await engine.proxy.traffic()).open == 0)


async def test_who_gives_up_is_let_go(engine: Any) -> None:
    _, writer = await engine.met()
    await engine.proxy.silence_connections()
    writer.close()
    await engine.until(lambda: nobody(engine), "the end of the connection")


async def test_an_answer_on_its_way_is_lost(engine: Any) -> None:
    reader, writer = await engine.met()
    await engine.proxy.add_toxic("l", "latency", stream="downstream", attributes={"latency": 500})
    writer.write(b"late")
    await engine.until(lambda: echoed(engine), "the echo")
    await engine.proxy.silence_connections()
    await engine.proxy.remove_toxic("l")
    await engine.proxy.close_silent()
    assert await engine.heard(reader, b"late") == "closed"


async def echoed(engine: Any) -> bool:
    return bool((await engine.proxy.traffic()).downstream_bytes == len(b"pinglate"))


@pytest.mark.parametrize("verb", ["silence_connections", "close_silent", "reset_connections"])
async def test_without_connections_there_is_nothing_to_do(engine: Any, verb: str) -> None:
    assert await getattr(engine.proxy, verb)() == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/proxies/none/silence_connections", 404),
        ("POST", "/proxies/none/close_silent", 404),
        ("GET", "/proxies/none/traffic", 404),
        ("GET", "/proxies/p/silence_connections", 405),
        ("GET", "/proxies/p/close_silent", 405),
        ("POST", "/proxies/p/traffic", 405),
        ("DELETE", "/proxies/p/rules", 405),
        ("POST", "/proxies/p/rules/r", 405),
        ("GET", "/proxies/p/silence", 404),
        ("POST", "/proxies/p/rules/r/x", 404),
    ],
)
async def test_paths_and_methods_that_are_not_there(
    engine: Any, method: str, path: str, status: int
) -> None:
    assert (await engine.raw(method, path, {} if method == "POST" else None))[0] == status
    assert await asyncio.wait_for(engine.server.version(), 5)
