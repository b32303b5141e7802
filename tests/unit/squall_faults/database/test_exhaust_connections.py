"""``database.exhaust_connections``: really connect until few or none are free; hang up to heal."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import ExhaustConnections, InvalidFault, within


def with_free(server: Any, free: int, room: int = 5_000) -> Any:
    """A server on which ``free`` connections are free once the fault's first session is in."""
    port = server(room=room)
    port.answers["max_connections"] = lambda: free + 1 - port.open
    return port


@pytest.mark.parametrize(
    ("leave_free", "free", "room", "taken"),
    [(0, 10, 1000, 11), (3, 10, 1000, 8), (10, 10, 1000, 1), (20, 10, 1000, 1), (0, 10, 6, 6)],
    ids=["all", "all but three", "none", "fewer than none", "others are quicker"],
)
async def test_connections_are_held_until_healed(
    server: Any, leave_free: int, free: int, room: int, taken: int
) -> None:
    port = with_free(server, free, room)
    async with within(ExhaustConnections(leave_free=leave_free), port) as injection:
        assert port.open == taken
        bite = await injection.bite()
    assert port.open == 0
    assert (bite.count, bite.what) == (taken, "connections taken")


async def test_what_becomes_free_is_taken_too(server: Any) -> None:
    port = with_free(server, 3)
    async with within(ExhaustConnections(), port) as injection:
        port.answers["max_connections"] = lambda: 6 - port.open
        async with asyncio.timeout(5):
            while port.open < 6:  # noqa: ASYNC110 - a stub sets no event
                await asyncio.sleep(0.005)
        assert (await injection.bite()).count == 6
    assert port.open == 0


async def test_the_administrators_reserve_is_given_back(server: Any) -> None:
    """Three clients connect while the last sessions are taken: these are of the reserve."""
    port = server(room=5_000)
    port.answers["max_connections"] = lambda: 9 - port.open - (3 if port.open > 5 else 0)
    async with within(ExhaustConnections(), port) as injection:
        assert port.open == 6
        assert (await injection.bite()).count == 6
    assert port.open == 0


async def test_a_server_of_any_size_is_bounded(server: Any) -> None:
    port = with_free(server, 1_000_000)
    async with within(ExhaustConnections(), port):
        assert port.open == 1_000
    assert port.open == 0


@pytest.mark.parametrize("leave_free", [-1, 1_001, "3", True])
def test_an_impossible_number_is_refused(leave_free: Any) -> None:
    with pytest.raises(InvalidFault, match="leave_free must be a whole number from 0 to 1000"):
        ExhaustConnections(leave_free=leave_free)


async def test_what_takes_them_all_waits_for_none(server: Any) -> None:
    """While it waited, others would be kept out of the administrator's reserve."""
    port = with_free(server, 3)
    async with within(ExhaustConnections(), port):
        first, *others = port.waits
    assert first > 0
    assert others
    assert not any(others)
