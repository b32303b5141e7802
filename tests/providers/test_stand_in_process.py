"""The stand-in of an HTTP server as a process of the lab: it answers, is recorded, and ends."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from squall.config.dependencies import Dependency
from squall.config.upstream_answers import DeclaredAnswer
from squall.core.errors import LabError, UsageError
from squall.lab.providers.process.stand_in_process import StandInProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults import UpstreamStatus, within

ANSWER = DeclaredAnswer(path="/rates/{id}", json={"rate": 1.25})


def rates(**more: str) -> Dependency:
    return Dependency(name="rates", kind="http", answers=(ANSWER,), **more)  # type: ignore[arg-type] # texts


@pytest.fixture
async def keeper(public_directory: Path) -> AsyncIterator[Watchdog]:
    watching = Watchdog()
    watching.watch_directory(public_directory)
    yield watching
    await watching.close()


async def test_it_answers_counts_obeys_and_ends(public_directory: Path, keeper: Watchdog) -> None:
    stand_in = StandInProcess(rates(), public_directory, keeper, cwd=public_directory)
    assert not await stand_in.accepts()
    await stand_in.start()
    await stand_in.start()  # it runs: nothing happens
    try:
        assert await stand_in.accepts()
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{stand_in.port}") as client:
            assert (await client.get("/rates/7")).json() == {"rate": 1.25}
            async with within(UpstreamStatus(times=1), stand_in) as injection:
                assert (await client.get("/rates/7")).status_code == 503
                assert (await injection.bite()).count == 1
            assert (await client.get("/odd?key=secret")).status_code == 404
        tally = await stand_in.tally()
        assert (tally.requests, tally.unknown) == (3, 1)
    finally:
        await stand_in.close()
    assert not await stand_in.accepts()
    assert stand_in.unasked_end == ""
    log = (public_directory / "rates.log").read_text()
    assert "no answer is declared for GET /odd: 404" in log
    assert "secret" not in log


async def test_one_that_cannot_start_says_why(public_directory: Path, keeper: Watchdog) -> None:
    stand_in = StandInProcess(rates(), public_directory, keeper, cwd=None)
    taken = socket.create_server(("127.0.0.1", stand_in.port))
    with taken, pytest.raises(LabError, match=r"for rates did not start:(?s:.*)in use"):
        await stand_in.start()
    with pytest.raises(UsageError, match=r"none\.json: cannot be read"):
        StandInProcess(rates(openapi="none.json"), public_directory, keeper, cwd=public_directory)
