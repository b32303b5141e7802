"""A socket that clients kept open over the end of every session: it answers, or it is closed."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path

import pytest
from squall.lab.observer import Observer
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.workload.http_exchange import client_session
from squall.workload.operations import WEBSOCKET, Operation, requests
from squall.workload.websockets import SocketPool

from tests.pairs import shop, sockets
from tests.workload.conftest import served

STOCK = Operation(name="stock", method=WEBSOCKET, path="/stock", effect="read", body="{int:1..9}",
                  replies=True)  # fmt: skip
TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name NOT LIKE 'squall-%'
"""
PATIENCE = 1.0


async def ask_before_and_after(url: str, observer: Observer) -> list[int | None]:
    """Statuses of messages before the sessions end, on the kept socket, and on a new one."""
    pool, statuses = SocketPool(), list[int | None]()
    planned = requests([STOCK], 1, "run")
    async with client_session(5) as session:
        for number in range(3):
            if number == 1:
                await observer.run(TERMINATE)
            try:
                async with asyncio.timeout(PATIENCE):
                    answer = await pool.exchange(session, url, next(planned))
                statuses.append(answer.status)
            except TimeoutError:
                statuses.append(None)
        await pool.close()
    return statuses


@pytest.mark.parametrize("twin", ["broken", "sound"])
async def test_a_session_for_the_life_of_a_socket_leaves_its_client_without_an_answer(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch, twin: str
) -> None:
    keeper = Watchdog()
    keeper.watch_directory(public_directory)
    server = PostgresProcess(public_directory, keeper)
    try:
        await server.start()
        monkeypatch.setattr(shop, "URL", server.url)
        observer = Observer(server.admin_url)
        with served(getattr(sockets, twin)()) as url:
            found = await ask_before_and_after(url, observer)
        await observer.close()
    finally:
        await server.close()
        await keeper.close()
    assert found[0] == HTTPStatus.OK
    # A pool that has not noticed yet makes the sound one say 1013, which is an answer.
    assert (None in found) == (twin == "broken"), found
