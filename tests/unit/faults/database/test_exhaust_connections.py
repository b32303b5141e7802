"""``database.exhaust_connections``: really connect until few or none are free; hang up to heal."""

from __future__ import annotations

from typing import Any

import pytest

from faults import ExhaustConnections, InvalidFault, within


@pytest.mark.parametrize(
    ("leave_free", "free", "room", "taken"),
    [
        (0, 10, 1000, 11),  # the first session was counted as taken by the server already
        (3, 10, 1000, 8),
        (10, 10, 1000, 1),
        (20, 10, 1000, 1),
        (0, 10, 6, 6),
    ],
    ids=["all", "all but three", "none", "fewer than none", "others are quicker"],
)
async def test_connections_are_held_until_healed(
    server: Any, leave_free: int, free: int, room: int, taken: int
) -> None:
    port = server({"max_connections": free}, room=room)
    async with within(ExhaustConnections(leave_free=leave_free), port) as injection:
        assert port.open == taken
        bite = await injection.bite()
    assert port.open == 0
    assert (bite.count, bite.what) == (taken, "connections taken")


async def test_a_server_of_any_size_is_bounded(server: Any) -> None:
    port = server({"max_connections": 1_000_000}, room=2_000)
    async with within(ExhaustConnections(), port):
        assert port.open == 1_001
    assert port.open == 0


@pytest.mark.parametrize("leave_free", [-1, 1_001, "3", True])
def test_an_impossible_number_is_refused(leave_free: Any) -> None:
    with pytest.raises(InvalidFault, match="leave_free must be a whole number from 0 to 1000"):
        ExhaustConnections(leave_free=leave_free)
