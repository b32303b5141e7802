"""Only the harness may use the API of a lab's engine, unless the user opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import psutil
import pytest
from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.lab.providers.process.engine_process import EngineProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults.errors import InjectionFailed
from squall_faults.toxiproxy import ToxiproxyServer

PATHS = ["/version", "/proxies", "/metrics", "/reset", "/populate", "/proxies/app/lease"]


@pytest.fixture
async def keeper(public_directory: Path) -> AsyncIterator[Watchdog]:
    watching = Watchdog()
    watching.watch_directory(public_directory)
    yield watching
    await watching.close()


async def test_without_its_token_the_engine_answers_nothing(
    public_directory: Path, keeper: Watchdog
) -> None:
    engine = EngineProcess(public_directory, keeper, token="0123")  # noqa: S106 - of this test
    await engine.start(1)
    host, port = engine.api.host, engine.api.port
    mine = ToxiproxyServer(host, port, token=engine.token)
    await mine.create("app", upstream="127.0.0.1:1")
    for token in ("", "wrong"):
        with pytest.raises(InjectionFailed, match="this engine answers requests with its token"):
            await ToxiproxyServer(host, port, token=token).whole()
    async with httpx2.AsyncClient() as client:
        for path in PATHS:
            for method in ("GET", "POST", "DELETE"):
                answer = await client.request(method, f"http://{engine.api}{path}")
                assert answer.status_code in (403, 404, 405), (method, path)
                assert b"upstream" not in answer.content
    assert await mine.whole() == "", "nothing of that has changed anything"
    lines = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if "0123" in line and "squall_faults" in line]
    await engine.close()


async def test_an_open_engine_answers_toxiproxys_own_clients(
    public_directory: Path, keeper: Watchdog
) -> None:
    token = LabOptions(profile=REFERENCE, open_engine=True).engine_token
    engine = EngineProcess(public_directory, keeper, token=token)
    await engine.start(1)
    assert await ToxiproxyServer(engine.api.host, engine.api.port).whole() == ""
    await engine.close()


def test_a_lab_draws_a_token_unless_its_engine_is_open() -> None:
    closed = LabOptions(profile=REFERENCE)
    assert len(closed.engine_token) == 32
    assert closed.engine_token != closed.engine_token
