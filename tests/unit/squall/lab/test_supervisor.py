"""Who starts the app again: until it stays, with pauses that double, and never two at a time."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from squall.core.errors import AppFailed, ComponentLost
from squall.lab import supervisor
from squall.lab.supervisor import SupervisedApp
from squall_faults.fault import HEAL_SECONDS


class StubApp(SupervisedApp):
    """Ends ``fails`` times while it is started; ``hangs``: it runs, and is never ready."""

    def __init__(self, fails: int = 0, *, hangs: bool = False) -> None:
        super().__init__()
        self.code: int | None = -9
        self.fails = fails
        self.hangs = hangs
        self.starts = 0
        self.starting = 0
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def exit_code(self) -> int | None:
        return self.code

    @property
    def running(self) -> bool:
        return self.code is None

    async def start(self) -> None:
        assert self.starting == 0
        self.starting, self.starts = 1, self.starts + 1
        try:
            self.code = None
            await self.gate.wait()
            if self.starts <= self.fails:
                self.code = 3
            if self.code is not None or self.hangs:
                raise AppFailed(f"the app did not start ({self.starts})")
        finally:
            self.starting = 0


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, without making them."""
    made: list[float] = []
    at_once = asyncio.sleep

    async def sleep(seconds: float) -> None:
        made.append(seconds)
        await at_once(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return made


def test_the_cure_of_a_fault_never_waits_until_it_counts_as_failed() -> None:
    assert supervisor.WAIT_SECONDS < HEAL_SECONDS


async def test_an_app_that_was_ended_is_started(pauses: list[float]) -> None:
    app = StubApp()
    await app.goes_down()
    assert (app.meant_to_be_down, app.times_down) == (True, 1)
    await app.revive()
    assert (app.starts, app.failed_starts, pauses, app.meant_to_be_down) == (1, [], [], False)


async def test_one_that_runs_is_left_alone() -> None:
    app = StubApp()
    app.code = None
    await app.goes_down()
    await app.revive()
    await app.ensure()
    assert (app.starts, app.meant_to_be_down) == (0, False)


async def test_one_that_ends_again_is_started_until_it_stays(pauses: list[float]) -> None:
    app = StubApp(fails=6)
    await app.revive()
    assert app.failed_starts == [3] * 6
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 1.6]
    assert app.exit_code is None


async def test_one_that_is_not_back_in_time_comes_back_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "WAIT_SECONDS", 0.01)
    app = StubApp()
    app.gate.clear()
    await app.goes_down()
    await app.revive()
    await app.revive()
    assert app.meant_to_be_down
    app.gate.set()
    await app.ensure()
    assert (app.starts, app.meant_to_be_down) == (1, False)


async def test_one_that_never_comes_back_is_told_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(supervisor, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "LAST_WAIT_SECONDS", 0.01)
    app = StubApp(fails=10**9)
    await app.revive()
    with pytest.raises(AppFailed, match="the app did not start"):
        await app.ensure()
    starts = app.starts
    await asyncio.wait({asyncio.create_task(asyncio.Event().wait())}, timeout=0.01)
    assert app.starts == starts


async def test_one_that_runs_and_is_not_ready_is_an_error() -> None:
    app = StubApp(hangs=True)
    with pytest.raises(AppFailed, match="did not start"):
        await app.revive()
    assert (app.starts, app.failed_starts) == (1, [])


@pytest.mark.parametrize("turns", range(4))
async def test_a_fault_in_the_middle_of_a_start_ends_it(
    turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "WAIT_SECONDS", 0.001)
    app = StubApp(fails=turns)
    app.gate.clear()
    await app.revive()
    for _ in itertools.repeat(None, turns):
        await asyncio.sleep(0)
    await app.goes_down()
    assert (app.starting, app.meant_to_be_down) == (0, True)
    app.gate.set()
    app.code = -9
    await app.revive()
    assert (app.starting, app.times_down) == (0, 1)
    await app.leave_down()


async def test_an_app_that_ended_by_itself_between_two_runs_is_named_once() -> None:
    app = StubApp()
    with pytest.raises(ComponentLost, match="the app ended by SIGKILL between two runs"):
        await app.ensure()
    assert app.starts == 0, "it is not started in silence"
    await app.ensure()
    assert app.starts == 1
    app.code = 3
    with pytest.raises(ComponentLost, match="ended with exit code 3"):
        await app.ensure()
