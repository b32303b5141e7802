"""Requests after a fault point, without a fault: they must succeed, and soon as quickly as ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.judge_cell import undocumented
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.sweep_result import CellFailure, Problem
from squall.sweeping.tapped_lab import TappedLab

OWN_PROBES = 3
"""Requests of the cell's operation after it. The first one repeats the key."""
OTHER_PROBES = 1
"""Requests of another operation, a different one after each cell."""
RECOVERY_SECONDS = 3.0
"""How long documented refusals may continue after the heal, beyond the app's deadline."""
RETRY_SECONDS = 0.02
PERSISTENT = 6
"""This many requests tell a fault that stays from one that was left over."""
SLOW_SHARE = 0.3
"""Share of the deadline that is slow for a request without a fault."""
SLOW_TIMES = 10
"""And this many times what it takes at most before any fault."""
SLOW_IN_A_ROW = 3
"""One or two may wait until the app knows that its database is back."""


@dataclass(slots=True)
class LaterRequests:
    """Sends them, of the cell's own and of another operation in turn."""

    room: TappedLab
    profiles: Sequence[StatementProfile]
    _turn: int = 0
    _good: list[tuple[StatementProfile, ReceivedAnswer]] = field(default_factory=list)

    async def see(
        self, profile: StatementProfile, touched: set[int], *, again: ReceivedAnswer | None
    ) -> Problem | None:
        """The first problem. ``touched``: sessions that must be used again; ``again``: the answer
        to the same key, which was sent after the heal.
        """
        others = [one for one in self.profiles if one is not profile]
        self._turn += 1
        other = [others[self._turn % len(others)]] * OTHER_PROBES if others else []
        self.room.tap.forget()
        self._good = [] if again is None else [(profile, again)]
        for each in [*([profile] * (OWN_PROBES - len(self._good))), *other]:
            problem = await self._one_more(each)
            if problem is not None:
                return problem
        live = touched & self.room.tap.sessions.keys()
        for _ in range(2 * len(live)):
            if live <= {one.session for one in self.room.tap.statements}:
                break
            problem = await self._one_more(profile)
            if problem is not None:
                return problem
        return slowed(
            [(answer.seconds, one.seconds) for one, answer in self._good], self.room.deadline
        )

    async def _one_more(self, profile: StatementProfile) -> Problem | None:
        """Send a request that may be refused for a while, but never answered incorrectly."""
        end = time.monotonic() + RECOVERY_SECONDS + self.room.deadline
        while True:
            answer = await self.room.ask(profile.operation)
            if answer.good:
                self._good.append((profile, answer))
                return None
            breach = undocumented(answer, self.room.lab.profile.contract)
            if breach or time.monotonic() > end:
                told = breach or f"still answered {answer.status} {RECOVERY_SECONDS:g} s after"
                return await self._how_lasting(profile, told)
            await asyncio.sleep(RETRY_SECONDS)

    async def _how_lasting(self, profile: StatementProfile, told: str) -> Problem:
        """Whether only one request failed because of the fault, or the app stays broken."""
        bad = 0
        for _ in range(PERSISTENT):
            answer = await self.room.ask(profile.operation)
            bad += not answer.good
        name = profile.operation.name
        if bad:
            text = f"after the heal {bad} of {PERSISTENT} {name} requests fail: {told}"
            return Problem(CellFailure.POISONED, text)
        return Problem(CellFailure.AFTER, f"a later {name} request, without a fault: {told}")


def slowed(seconds: Sequence[tuple[float, float]], deadline: float) -> Problem | None:
    """Whether several requests in a row were slow. Each with what it takes at most in calm."""
    slow = [took > max(SLOW_SHARE * deadline, SLOW_TIMES * usual) for took, usual in seconds]
    if not any(all(slow[n : n + SLOW_IN_A_ROW]) for n in range(len(slow) - SLOW_IN_A_ROW + 1)):
        return None
    took = max(took for took, _ in seconds)
    usual = max(usual for _, usual in seconds)
    text = f"after the heal requests in a row succeed, but take up to {1000 * took:.0f} ms"
    return Problem(CellFailure.SLOW, f"{text}; without a fault at most {1000 * usual:.0f} ms")
