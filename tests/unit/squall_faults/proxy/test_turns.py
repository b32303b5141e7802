"""Steps of one loop take turns; what one of them raises is told, and ends none of the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults.proxy import turns


@pytest.mark.parametrize("seconds", [10.0, 0.0], ids=["one turn", "a turn for each"])
async def test_an_error_of_one_step_ends_no_other(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", seconds)
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    done, queue = asyncio.Event(), turns.Turns()
    error = ValueError("broken")

    def fail() -> None:
        raise error

    for step in (fail, lambda: None, fail, done.set):
        queue.later(step)
    await asyncio.wait_for(done.wait(), 5)
    assert [one["exception"] for one in told] == [error, error]
