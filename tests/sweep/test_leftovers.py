"""What failing requests leave behind in an idle app: too little for one, plain after many."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from squall.core.events import RestSampled, SecretDisclosed
from squall.history.evidence import Contract
from squall.history.op import Outcome
from squall.sweeping import leftover_cells as module
from squall.sweeping.leftover_cells import (
    FAILURES,
    judge_leftovers,
    leftover_cells,
    run_leftover_cell,
)
from squall.sweeping.sweep_result import CellFailure
from squall.sweeping.tap import Statement, Tap


def sample(moment: str, **held: Any) -> RestSampled:
    known = {"sessions": 5, "advisory_locks": 0, "listeners": 1, "temporary_tables": 0}
    return RestSampled(at=1.0, moment=moment, **{**known, "descriptors": 30, **held})


def problems(*more: Any, **after: Any) -> list[str]:
    found = [sample("before"), sample("after", **after), *more]
    judged = list(judge_leftovers([], found, Contract(deadline_seconds=1.0)))
    assert {one.failure for one in judged} <= {CellFailure.LEFTOVER}
    return [one.text for one in judged]


def test_an_app_that_holds_what_it_held_has_no_problem() -> None:
    assert problems() == []
    assert problems(sessions=7, descriptors=34) == []


def test_a_session_for_each_failure_is_found() -> None:
    (text,) = problems(sessions=5 + FAILURES, descriptors=30 + FAILURES)
    assert text == "24 more sessions than before, although requests came one by one"


def test_a_file_for_each_failure_is_found() -> None:
    (text,) = problems(descriptors=30 + FAILURES)
    assert "more files and sockets are open" in text


def test_a_lock_and_a_lost_listener_are_found() -> None:
    assert "advisory locks are still held" in problems(advisory_locks=1)[0]
    assert problems(listeners=0) != []


def test_a_password_in_the_log_is_found() -> None:
    (text,) = problems(SecretDisclosed(at=2.0, place="log", count=3))
    assert "password in 3 lines of the app's log" in text


def test_an_app_that_could_not_be_looked_at_is_not_blamed() -> None:
    assert list(judge_leftovers([], [], Contract(deadline_seconds=1.0))) == []


class Runner:
    """An app with a pool of two: every request uses the next session, and the fault hits one."""

    def __init__(self) -> None:
        held = SimpleNamespace(profile=SimpleNamespace(contract=Contract(deadline_seconds=1.0)))
        self.room = SimpleNamespace(lab=held, tap=Tap(), listeners=0, deadline=1.0)
        self.profiles = [SimpleNamespace(steps=(), operation=SimpleNamespace(name="read"))]
        self.ill = False
        self.touched: set[int] = set()
        self._say(1, "stall")  # by an earlier cell

    def _say(self, session: int, fault: str) -> None:
        said = Statement(session=session, sql="BEGIN", fingerprint="BEGIN", status="I", at=0.0)
        said.fault = fault
        self.room.tap.statements.append(said)

    async def settle(self) -> str:
        return ""

    async def send_under(self, _script: object, _profile: object) -> Any:
        self._say(2, "")
        self._say(3, "error")
        return SimpleNamespace(as_op=lambda: SimpleNamespace(outcome=Outcome.UNKNOWN))

    async def see_that_all_is_well(self, _profile: object, touched: set[int]) -> list[Any]:
        self.touched = touched
        return []


class NoProbe:
    """Looks at nothing."""

    def __init__(self, *_: object) -> None:
        pass

    async def look_before(self, **_: object) -> None:
        pass

    async def look_after(self, *_: object) -> None:
        pass


async def test_each_session_that_the_fault_touched_is_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "RestProbe", NoProbe)
    monkeypatch.setattr(module, "judge_leftovers", lambda *_: ())
    runner: Any = Runner()
    await run_leftover_cell(runner, leftover_cells()[0], runner.profiles[0])
    assert runner.touched == {3}
