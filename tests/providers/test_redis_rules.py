"""Rules on commands, as a client of Redis sees them: a real server behind the engine.

The client sends INCRBY for ``incr``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from squall.config.dependencies import Dependency
from squall.core.errors import LabError
from squall.lab.providers.process.engine_process import EngineProcess
from squall.lab.providers.process.redis_binaries import find_redis
from squall.lab.providers.process.redis_server import RedisServer
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults import InjectionFailed, RedisCutReply, RedisErrorReply, RedisStallReply, within
from squall_faults.toxiproxy import ToxiproxyProxy, ToxiproxyServer
from valkey import asyncio as redis
from valkey.exceptions import (
    BusyLoadingError,
    ExecAbortError,
    OutOfMemoryError,
    ReadOnlyError,
    ValkeyError,
)
from valkey.exceptions import (
    ConnectionError as Disconnected,
)


class Bench:
    """A server, its proxy, and clients of it."""

    def __init__(self, proxy: ToxiproxyProxy, port: int, direct: int) -> None:
        self.proxy = proxy
        self.clients: list[Any] = []
        self._port = port
        self.direct = self.client(port=direct)

    def client(self, **more: Any) -> Any:
        made = redis.Valkey(**{"port": self._port, "socket_timeout": 0.5, **more})
        self.clients.append(made)
        return made


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    try:
        find_redis()
    except LabError as error:
        pytest.skip(str(error))
    keeper = Watchdog()
    server = RedisServer(
        Dependency(name="cache", kind="redis"), tmp_path, keeper, environment={}, cwd=None
    )
    engine = EngineProcess(tmp_path, keeper)
    await asyncio.gather(server.start(), engine.start(7))
    api = ToxiproxyServer(engine.api.host, engine.api.port, token=engine.token)
    listen = await api.create("cache", upstream=f"127.0.0.1:{server.port}", protocol="redis")
    made = Bench(ToxiproxyProxy(api, "cache"), int(listen.rpartition(":")[2]), server.port)
    yield made
    for client in made.clients:
        await client.aclose()
    await asyncio.gather(server.close(), engine.close())
    await keeper.close()


@pytest.mark.parametrize("protocol", [2, 3])
async def test_an_error_meets_its_commands_and_is_over_after_the_heal(
    bench: Bench, protocol: int
) -> None:
    client = bench.client(protocol=protocol)
    async with within(RedisErrorReply(code="READONLY"), bench.proxy) as injection:
        with pytest.raises(ReadOnlyError, match="against a read only replica"):
            await client.set("a", 1)
        assert await client.get("a") is None
        assert (await injection.bite()).count == 1
    await client.set("a", 1)
    assert await bench.direct.get("a") == b"1"


async def test_the_nth_command_fails_and_so_many_times(bench: Bench) -> None:
    client = bench.client()
    async with within(RedisErrorReply(command="incrby", nth=2, times=1), bench.proxy):
        assert await client.incr("n") == 1
        with pytest.raises(BusyLoadingError):
            await client.incr("n")
        assert await client.incr("n") == 2


async def test_a_pipeline_keeps_its_order(bench: Bench) -> None:
    client = bench.client()
    async with within(RedisErrorReply(code="OOM"), bench.proxy):
        many = client.pipeline(transaction=False)
        many.get("a").set("a", 1).get("b").set("b", 2).ping()
        found = await many.execute(raise_on_error=False)
    assert [type(one) for one in found] == [
        type(None), OutOfMemoryError, type(None), OutOfMemoryError, bool,
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["SET", "EXEC"])
async def test_nothing_of_a_transaction_with_an_error_is_done(bench: Bench, command: str) -> None:
    client = bench.client(single_connection_client=True)
    fault = RedisErrorReply(code="OOM", command=command, times=1)
    async with within(fault, bench.proxy):
        many = client.pipeline(transaction=True)
        many.incr("n").set("a", 1).incr("n")
        with pytest.raises((OutOfMemoryError, ExecAbortError)):
            await many.execute()
        assert await client.incr("after") == 1, "the connection is out of the transaction"
    assert await bench.direct.mget("n", "a", "after") == [None, None, b"1"]


async def test_a_lost_reply_was_a_command_that_is_done(bench: Bench) -> None:
    client = bench.client()
    async with within(RedisCutReply(command="INCRBY", times=1), bench.proxy) as injection:
        with pytest.raises((Disconnected, OSError)):
            await client.incr("n")
        assert (await injection.bite()).count == 1
    assert await bench.direct.get("n") == b"1"


async def test_half_a_reply_is_an_error_to_its_client(bench: Bench) -> None:
    client = bench.client()
    await client.set("a", "a long value")
    async with within(RedisCutReply(command="GET", after_bytes=8), bench.proxy):
        with pytest.raises((Disconnected, OSError)):
            await client.get("a")


async def test_a_held_reply_comes_after_the_heal_and_nobody_else_waits(bench: Bench) -> None:
    waiting, other = bench.client(socket_timeout=None), bench.client()
    async with within(RedisStallReply(command="INCRBY", times=1), bench.proxy) as injection:
        task = asyncio.create_task(waiting.incr("n"))
        async with asyncio.timeout(5):
            while not (await injection.bite()).count:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.002)
        assert await other.incr("n") == 2
        assert not task.done()
    assert await task == 1


async def test_subscribers_are_left_alone(bench: Bench) -> None:
    client, listener = bench.client(), bench.client().pubsub()
    async with within(RedisErrorReply(), bench.proxy):
        await listener.subscribe("news")
        assert (await listener.get_message(timeout=1))["type"] == "subscribe"
        await bench.direct.publish("news", "hello")
        assert (await listener.get_message(timeout=1))["data"] == b"hello"
        with pytest.raises(BusyLoadingError):
            await client.ping()
    await listener.aclose()


async def test_a_rule_of_another_protocol_is_refused(bench: Bench) -> None:
    with pytest.raises(InjectionFailed, match="on must be one of command, reply"):
        await bench.proxy.arm({"on": "statement", "do": "cut"})
    with pytest.raises(ValkeyError, match="unknown command"):
        await bench.client().execute_command("NO.SUCH")
