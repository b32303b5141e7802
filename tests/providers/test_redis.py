"""A real Redis server as our own child: every way down and up, and what is left of its keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from squall.config.dependencies import Dependency
from squall.core.errors import LabError
from squall.lab.observed_redis import ObservedRedis
from squall.lab.providers.process.redis_binaries import find_redis, redis_command
from squall.lab.providers.process.redis_server import RedisServer
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults import InjectionFailed, RedisCrash, RedisFlush, RedisPause, RedisRestart, within
from squall_faults.ports import RedisControl, Traffic
from valkey import asyncio as redis
from valkey.exceptions import ValkeyError


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A server that is up."""
    try:
        find_redis()
    except LabError as error:
        pytest.skip(str(error))
    keeper = Watchdog()
    made = RedisServer(
        Dependency(name="cache", kind="redis"), tmp_path, keeper, environment={}, cwd=None
    )
    await made.start()
    yield made
    await made.close()
    await keeper.close()


@pytest.fixture
async def client(server: RedisServer) -> AsyncIterator[redis.Valkey]:
    """A client that waits no longer than a moment."""
    made = redis.Valkey(port=server.port, socket_timeout=0.3)
    await made.set("a", 1)
    await made.set("b", 2)
    yield made
    await made.aclose()


def reached(server: RedisServer) -> ObservedRedis:
    async def traffic() -> Traffic:
        return Traffic(open=1, accepted=1, upstream_bytes=0, downstream_bytes=0)

    return ObservedRedis(server, traffic)


async def test_a_crash_loses_what_it_held(server: RedisServer, client: redis.Valkey) -> None:
    assert isinstance(server, RedisControl)
    async with within(RedisCrash(), reached(server)) as injection:
        assert not await server.accepts()
        assert await injection.lapsed() == ""
        with pytest.raises((ValkeyError, OSError)):
            await client.get("a")
    assert await client.dbsize() == 0
    assert server.unasked_end == ""


async def test_a_restart_keeps_its_keys_once(server: RedisServer, client: redis.Valkey) -> None:
    async with within(RedisRestart(), reached(server)):
        assert not await server.accepts()
    assert await client.get("a") == b"1"
    async with within(RedisCrash(), reached(server)):
        pass
    assert await client.dbsize() == 0, "the snapshot was for one start"


async def test_a_restart_may_lose_its_keys(server: RedisServer, client: redis.Valkey) -> None:
    async with within(RedisRestart(keys="lost"), reached(server)):
        pass
    assert await client.dbsize() == 0


async def test_a_pause_answers_nobody(server: RedisServer, client: redis.Valkey) -> None:
    async with within(RedisPause(), reached(server)) as injection:
        with pytest.raises((ValkeyError, TimeoutError)):
            await client.get("a")
        assert await injection.lapsed() == ""
    assert await client.get("a") == b"1"


async def test_a_flush_tells_how_many_keys_there_were(
    server: RedisServer, client: redis.Valkey
) -> None:
    async with within(RedisFlush(), reached(server)) as injection:
        assert (await injection.bite()).count == 2
    assert await client.dbsize() == 0
    async with within(RedisFlush(), reached(server)) as injection:
        assert (await injection.bite()).count == 0
        await client.set("late", 1)
        async with asyncio.timeout(5):
            while not (await injection.bite()).count:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.002)
    assert await client.dbsize() == 0


async def test_a_server_that_is_gone_refuses_the_fault(server: RedisServer) -> None:
    await server.kill()
    with pytest.raises(InjectionFailed, match="cache: INFO keyspace"):
        await server.flush()
    with pytest.raises(InjectionFailed, match="cache: SAVE"):
        await server.stop(keep=True)


DANGEROUS = [
    ("CONFIG", "SET", "dir", "/tmp"),  # noqa: S108 - refused
    ("CONFIG", "SET", "dbfilename", "authorized_keys"),
    ("MODULE", "LOAD", "/tmp/x.so"),  # noqa: S108 - refused
    ("DEBUG", "RELOAD"),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("SLAVEOF", "127.0.0.1", "1"),
    ("MIGRATE", "127.0.0.1", "1", "a", "0", "1"),
]


@pytest.mark.parametrize("command", DANGEROUS, ids=" ".join)
async def test_other_users_cannot_take_the_server_over(
    client: redis.Valkey, command: tuple[str, ...]
) -> None:
    with pytest.raises(ValkeyError, match=r"unknown command|protected|not allowed"):
        await client.execute_command(*command)  # type: ignore[no-untyped-call] # valkey
    assert await client.get("a") == b"1"


@pytest.mark.parametrize(
    ("told", "config"),
    [
        ("Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64", True),
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", False),
        ("Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64", False),
        ("something else", True),
    ],
)
def test_an_older_server_cannot_be_configured_by_its_clients(
    tmp_path: Path, told: str, config: bool
) -> None:
    """Before version 7 ``CONFIG SET dir`` writes anywhere where the account can."""
    program = tmp_path / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{told}'\n")
    program.chmod(0o755)
    assert ("CONFIG" in redis_command(program, 1, tmp_path / "x")) is config
