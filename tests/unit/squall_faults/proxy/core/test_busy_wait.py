"""The loop looks for the next message before it sleeps, but only while messages are quick."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from squall_faults.proxy.core import busy_wait
from squall_faults.proxy.core.busy_wait import BusyWait


class Turns:
    """A loop whose turns take 10 µs of its own clock, and which counts those that did not sleep."""

    def __init__(self) -> None:
        self.at = 0.0
        self.looks = 0
        self.waiting: list[Callable[[], None]] = []
        self.busy = BusyWait(self.waiting.append, lambda: self.at)

    def turn(self) -> bool:
        """Whether this turn had something to do."""
        due, self.waiting[:] = list(self.waiting), []
        for call in due:
            self.at += 10e-6
            self.looks += 1
            call()
        return bool(due)

    def until(self, at: float) -> None:
        while self.at < at and self.turn():
            pass
        self.at = max(self.at, at)


@pytest.mark.parametrize(
    ("messages_us", "looks"),
    [
        ([], 0),
        ([0], 0),
        ([0, 200, 400, 600], 0),
        ([0, 50], 6),
        ([0, 50, 100, 150], 16),
        ([0, 50, 1000, 2000], 6),
        ([0, 50, 1000, 1050], 12),
    ],
    ids=["none", "one", "sparse", "two", "quick", "quick, then sparse", "quick twice"],
)
def test_only_messages_that_follow_each_other_quickly_keep_the_loop_awake(
    messages_us: list[int], looks: int
) -> None:
    loop = Turns()
    for moment in messages_us:
        loop.until(moment / 1e6)
        loop.busy.message("one")
    for _ in range(1000):
        if not loop.turn():
            break
    assert loop.looks == pytest.approx(looks, abs=1)
    assert not loop.waiting, "it must sleep in the end"


def test_messages_of_connections_in_turn_cost_no_look() -> None:
    loop = Turns()
    for moment in range(0, 1000, 20):
        loop.until(moment / 1e6)
        loop.busy.message(moment % 40)
    assert loop.looks == 0


async def test_one_processor_never_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy_wait, "_processors", lambda: 1)
    monkeypatch.setattr(busy_wait, "BusyWait", None)
    busy_wait.message_noticed()("one")
