"""``database.terminate_backends``: statements until a session was ended, nothing to undo."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import InjectionFailed, TerminateBackends, within


async def test_the_apps_sessions_are_ended_once_and_the_own_one_is_closed(server: Any) -> None:
    port = server({"pg_terminate_backend": 12})
    async with within(TerminateBackends(), port) as injection:
        assert port.open == 0
        bite = await injection.bite()
    assert len(port.said) == 1
    assert "application_name NOT LIKE 'squall-%'" in port.said[0]
    assert (bite.count, bite.what) == (12, "sessions terminated")


async def test_who_has_no_session_just_then_loses_the_first_that_comes(server: Any) -> None:
    counts, found = iter([0, 0, 0, 2]), asyncio.Event()

    def ended() -> int:
        count = next(counts)
        if count:
            found.set()
        return count

    port = server({"pg_terminate_backend": ended})
    async with within(TerminateBackends(), port) as injection, asyncio.timeout(5):
        await found.wait()
        await asyncio.sleep(0)
        bite = await injection.bite()
    assert (bite.count, len(port.said)) == (2, 4)


async def test_nobody_lies_in_wait_after_the_end(server: Any) -> None:
    port = server({"pg_terminate_backend": 0})
    async with within(TerminateBackends(), port) as injection:
        assert (await injection.bite()).count == 0
    assert port.open == 0
    assert not asyncio.all_tasks() - {asyncio.current_task()}


async def test_a_server_that_goes_away_ends_the_wait(server: Any) -> None:
    asked = asyncio.Event()

    def none() -> int:
        if port.said[1:]:
            port.refuses = "pg_terminate_backend"
            asked.set()
        return 0

    port = server({"pg_terminate_backend": none})
    async with within(TerminateBackends(), port) as injection, asyncio.timeout(5):
        await asked.wait()
        await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        assert port.open == 0
        assert (await injection.bite()).count == 0


async def test_a_server_that_lets_nobody_in_is_an_error(server: Any) -> None:
    with pytest.raises(InjectionFailed, match="too many clients"):
        async with within(TerminateBackends(), server(room=0)):
            pytest.fail("must not be entered")
