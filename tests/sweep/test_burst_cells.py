"""How a burst finds out whether requests wait for each other; no lab."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.sweeping.burst_cells import _Burst, _may_come_at_once
from squall.sweeping.crowd import HoldEach
from squall.sweeping.loop_watch import LoopWatch
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.workload.operations import Operation


async def second_session(*held: int, answered: int = 0) -> tuple[int, int]:
    """``held``: how many sessions are held at each look; the last one stays."""
    looks = iter(held)
    last = held[-1]

    class Script:
        @property
        def held(self) -> int:
            return next(looks, last)

    sent: list[asyncio.Future[Any]] = [asyncio.Future() for _ in range(8)]
    for one in sent[:answered]:
        one.set_result(None)
    burst = _Burst(cast("Any", SimpleNamespace(room=SimpleNamespace(deadline=0.1))))
    return await burst._second_session(cast("HoldEach", Script()), sent, LoopWatch(()))


@pytest.mark.parametrize(
    ("held", "answered", "found"),
    [
        ((0, 1, 2), 0, (2, 8)),
        ((0, 1), 0, (1, 8)),  # the others wait for it
        ((1,), 6, (1, 2)),  # they were refused at once
        ((0,), 8, (0, 8)),  # none asks the database
    ],
)
async def test_two_sessions_at_the_same_time_end_the_look(
    held: tuple[int, ...], answered: int, found: tuple[int, int]
) -> None:
    assert await second_session(*held, answered=answered) == found


@pytest.mark.parametrize(
    ("operation", "at_once"),
    [
        ({}, True),
        ({"after": "make"}, False),
        ({"least_interval_seconds": 0.5}, False),
    ],
)
def test_what_follows_another_one_or_is_limited_is_not_sent_at_once(
    operation: dict[str, Any], at_once: bool
) -> None:
    profile = StatementProfile(
        operation=Operation(name="a", method="GET", path="/", effect="read", **operation),
        steps=(ProfiledStatement("SELECT * FROM a", "I", "SELECT * FROM a", has_rows=True),),
        effect=None,
        answers=(),
        seconds=0.01,
    )
    assert _may_come_at_once(profile) is at_once
