"""An answer is not the end of the work: what is read too early is not the effect."""

from __future__ import annotations

import asyncio
from typing import cast

from squall.sweeping.app_at_rest import wait_until_at_rest
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.tap import Tap


class Sessions:
    """Tap and change log: each look shows the next state, and the last one for ever."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)

    def _next(self) -> str:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def statuses(self) -> dict[int, str]:
        return {1: self._next()}

    async def busy(self) -> str:
        await asyncio.sleep(0)
        return self._next()


async def test_a_transaction_that_goes_on_after_the_answer_is_waited_for() -> None:
    sessions = Sessions("T", "T", "I")
    assert await wait_until_at_rest(cast("Tap", sessions), None, 5) == ""
    assert sessions.statuses() == {1: "I"}


async def test_a_statement_that_still_runs_is_waited_for() -> None:
    tap, server = Sessions("I"), Sessions("active", "")
    assert await wait_until_at_rest(cast("Tap", tap), cast("ChangeLog", server), 5) == ""
    assert await server.busy() == ""


async def test_what_never_rests_is_told() -> None:
    assert await wait_until_at_rest(cast("Tap", Sessions("T")), None, 0.05) == "in a transaction"
    open_ended = Sessions("idle in transaction")
    told = await wait_until_at_rest(cast("Tap", Sessions("I")), cast("ChangeLog", open_ended), 0.05)
    assert told == "idle in transaction"
