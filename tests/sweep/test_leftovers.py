"""What failing requests leave behind in an idle app: too little for one, plain after many."""

from __future__ import annotations

from typing import Any

from squall.core.events import RestSampled, SecretDisclosed
from squall.history.evidence import Contract
from squall.sweeping.leftover_cells import FAILURES, judge_leftovers
from squall.sweeping.sweep_result import CellFailure


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
