"""What every provider's PostgreSQL promises to faults, on processes and on containers alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from squall.core.errors import LabError
from squall.lab.components import DatabaseComponent
from squall.lab.providers.docker.postgres_container import PostgresContainer
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults.ports import DatabaseControl, DatabaseServer

SECONDS = 10


@pytest.fixture(params=["process", "docker"])
async def server(
    request: pytest.FixtureRequest, public_directory: Path, keeper: Watchdog
) -> AsyncIterator[DatabaseComponent]:
    """A server that is up, of either provider."""
    made: DatabaseComponent = (
        PostgresProcess(public_directory, keeper)
        if request.param == "process"
        else PostgresContainer.new(public_directory, request.getfixturevalue("yard"))
    )
    await made.start()
    yield made
    await made.close()


async def ask(server: DatabaseComponent, sql: str) -> Any:
    connection = await asyncpg.connect(server.url, timeout=5, ssl=False)
    try:
        return await connection.fetchval(sql)
    finally:
        connection.terminate()


async def test_it_is_what_faults_need(server: DatabaseComponent) -> None:
    assert isinstance(server, DatabaseControl)
    assert isinstance(server, DatabaseServer)


async def test_it_is_up_when_the_start_returns(server: DatabaseComponent) -> None:
    assert await server.accepts()
    assert await ask(server, "SELECT current_database() || ' ' || current_user") == "app app"


async def test_the_apps_role_owns_the_database_and_is_no_superuser(
    server: DatabaseComponent,
) -> None:
    await ask(server, "CREATE TABLE mine (n int)")
    assert await ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = 'app'") is False


async def test_a_second_start_changes_nothing(server: DatabaseComponent) -> None:
    begun = await ask(server, "SELECT pg_postmaster_start_time()")
    await server.start()
    assert await ask(server, "SELECT pg_postmaster_start_time()") == begun


@pytest.mark.parametrize("way", ["fast", "immediate", "kill"])
async def test_down_and_up_again_keeps_what_was_acknowledged(
    server: DatabaseComponent, way: Any
) -> None:
    await ask(server, "CREATE TABLE kept AS SELECT 1 AS n")
    url = server.url
    recovered = await server.logged("not properly shut down")
    await (server.kill() if way == "kill" else server.stop(way))
    assert not await server.accepts()
    await server.start()
    assert server.url == url
    assert await ask(server, "SELECT count(*) FROM kept") == 1
    expected = recovered + (way != "fast")
    async with asyncio.timeout(SECONDS):  # the log of a container comes through the engine
        while await server.logged("not properly shut down") < expected:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
    assert await server.logged("not properly shut down") == expected


async def test_down_twice_is_down(server: DatabaseComponent) -> None:
    for _ in range(2):
        await server.stop("immediate")
        await server.kill()
    assert not await server.accepts()


async def test_a_kill_that_comes_while_it_starts_waits_for_its_turn(
    server: DatabaseComponent,
) -> None:
    if isinstance(server, PostgresProcess):
        pytest.skip("a process is up before anything else can be due")
    await server.kill()
    starting = asyncio.ensure_future(server.start())
    await asyncio.sleep(0)
    await server.kill()
    await starting
    assert not await server.accepts()


async def test_a_stop_does_not_wait_for_sessions(server: DatabaseComponent) -> None:
    connection = await asyncpg.connect(server.url, timeout=5, ssl=False)
    async with asyncio.timeout(SECONDS / 2):
        await server.stop("fast")
    connection.terminate()


async def test_a_paused_server_stands_still_and_goes_on(server: DatabaseComponent) -> None:
    connection = await asyncpg.connect(server.url, timeout=5, ssl=False)
    await server.pause()
    assert not await server.accepts()
    answer = asyncio.ensure_future(connection.fetchval("SELECT 7"))
    assert await asyncio.wait({answer}, timeout=0.2) == (set(), {answer})
    await server.resume()
    assert await asyncio.wait_for(answer, 5) == 7
    assert await server.accepts()
    connection.terminate()


async def test_a_paused_server_can_be_killed_and_started(server: DatabaseComponent) -> None:
    await server.pause()
    await server.kill()
    assert not await server.accepts()
    await server.start()
    assert await server.accepts()


async def test_a_second_resume_changes_nothing(server: DatabaseComponent) -> None:
    await server.resume()
    assert await server.accepts()


async def test_sessions_are_counted_without_our_own(server: DatabaseComponent) -> None:
    assert await server.client_backends() == 0
    connections = [await asyncpg.connect(server.url, timeout=5, ssl=False) for _ in range(3)]
    async with server.session():
        assert await server.client_backends() == 3
    for connection in connections:
        connection.terminate()
    await server.kill()
    assert await server.client_backends() == 0


async def test_a_fault_gets_a_superusers_session(server: DatabaseComponent) -> None:
    async with server.session() as session:
        assert list(await session.values("SELECT current_setting('is_superuser')")) == ["on"]


async def test_settings_are_the_same_everywhere(server: DatabaseComponent) -> None:
    async with server.session() as session:
        values = await session.values(
            "SELECT name || '=' || setting FROM pg_settings WHERE name IN"
            " ('fsync', 'max_connections', 'shared_buffers', 'restart_after_crash') ORDER BY name"
        )
    assert list(values) == [
        "fsync=off", "max_connections=100", "restart_after_crash=on", "shared_buffers=4096",
    ]  # fmt: skip


async def test_a_server_that_does_not_start_shows_its_last_words(server: DatabaseComponent) -> None:
    async with server.session() as session:
        await session.execute("ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'")
    await server.stop("fast")
    with pytest.raises(LabError, match="no_such_library"):
        await server.start()
