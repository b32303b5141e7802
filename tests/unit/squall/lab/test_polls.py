"""Statements of the idle app: who polls in calm must poll again, and gets time for it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core import events
from squall.core.clock import VirtualClock
from squall.lab.polls import DEADLINES, PollProbe
from squall.lab.seen_in_calm import SeenInCalm


class IdleApp:
    """An app whose number of statements follows from the time."""

    def __init__(self, sent: Callable[[float], int], deadline: float = 3.0) -> None:
        self.sent = sent
        self.clock = VirtualClock()
        self.calm = SeenInCalm()
        self.profile = SimpleNamespace(contract=SimpleNamespace(deadline_seconds=deadline))
        self.published: list[Any] = []

    async def database_traffic(self) -> Any:
        return SimpleNamespace(statements=self.sent(self.clock.now()))

    async def look(self) -> list[events.IdleStatements]:
        probe = PollProbe(cast("Any", self), self.clock, self.published.append)
        await probe.look_before()
        await probe.look_after()
        return self.published


async def test_a_poller_is_seen_before_and_after() -> None:
    app = IdleApp(lambda now: int(now * 5))
    before, after = await app.look()
    assert (before.statements, before.seconds) == (6, 1.2)
    assert (after.moment, after.statements) == ("after", 1)
    began = app.clock.now()
    await app.look()
    assert app.clock.now() < 2  # calm is measured once for a lab
    assert all(event.at >= began for event in app.published[2:])  # and told in each run's own time


async def test_a_poller_that_has_ended_is_waited_for() -> None:
    app = IdleApp(lambda now: int(min(now, 1.21) * 5))
    _, after = await app.look()
    assert after.statements == 0
    assert after.seconds == pytest.approx(3 * DEADLINES, abs=0.2)


async def test_a_pause_after_an_error_is_no_end() -> None:
    app = IdleApp(lambda now: int(min(now, 1.21) * 5) + (now > 8))
    _, after = await app.look()
    assert (after.statements, 6 < after.seconds < 8) == (1, True)


@pytest.mark.parametrize(
    "sent", [lambda _now: 7, lambda now: 7 + (now > 0.1), lambda now: 7 + int(now > 0.3) * 3],
    ids=["silent", "one late statement", "a late start"],
)  # fmt: skip
async def test_what_does_not_go_on_in_calm_is_no_poller(sent: Callable[[float], int]) -> None:
    app = IdleApp(sent)
    assert await app.look() == []
    assert app.clock.now() <= 0.81
