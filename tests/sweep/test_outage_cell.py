"""A known outage, judged from records: false answers and refusals that keep callers waiting."""

from __future__ import annotations

from dataclasses import replace

from squall.history.evidence import Contract
from squall.history.op import Effect, Op, Outcome
from squall.history.shape import describe_body
from squall.sweeping.outage_cell import asked_in_outage, judge_outage, too_slow
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.sweep_result import CellFailure
from squall.workload.operations import Operation

CONTRACT = Contract(deadline_seconds=1.0)


def op(number: int, body: str, sent: float, *, status: int = 200, seconds: float = 0.01) -> Op:
    good = status < 300
    return Op(
        id=number,
        name="read-item",
        effect="read",
        key=None,
        intended=sent,
        sent=sent,
        done=sent + seconds,
        outcome=Outcome.APPLIED if good else Outcome.REFUSED,
        status=status,
        error=None,
        content_type="application/json",
        retry_after=None,
        body="",
        request="GET /items/7",
        size=len(body),
        shape=describe_body(body, "application/json") if good else "",
    )


ITEM = '{"id": 7, "name": "chair", "stock": 12}'
EMPTY = '{"id": 7, "name": "", "stock": 0}'
CALM = [op(number, ITEM, 0.1 * number) for number in range(10)]


def found(body: str, status: int = 200) -> list[str]:
    rough = [op(20 + n, body, 2.0 + 0.1 * n, status=status) for n in range(6)]
    after = [op(40 + n, ITEM, 3.0 + 0.1 * n) for n in range(3)]
    return [one.text for one in judge_outage([*CALM, *rough, *after], 1.5, 2.9, CONTRACT)]


def test_an_empty_item_is_found_and_a_copy_or_a_refusal_is_not() -> None:
    assert "empty" in found(EMPTY)[0]
    assert found(ITEM) == []
    assert found("", status=503) == []


def test_some_quick_operations_are_asked() -> None:
    reads = [_profile(f"read-{n}", seconds=0.1 * n) for n in range(9)]
    writes = [_profile(f"write-{n}", seconds=0.1 * n, writes=True) for n in range(9)]
    asked = asked_in_outage([*reversed(writes), *reversed(reads)])
    assert [one.operation.name for one in asked] == [
        "read-0", "read-1", "read-2", "read-3", "write-0", "write-1",
    ]  # fmt: skip


def _profile(name: str, *, seconds: float, writes: bool = False) -> StatementProfile:
    effect: Effect = "write" if writes else "read"
    operation = Operation(name=name, method="GET", path="/", effect=effect)
    return StatementProfile(operation=operation, steps=(), effect=None, answers=(), seconds=seconds)


def test_answers_that_use_up_the_deadline_are_found() -> None:
    late = [op(n, "", 3.0 + n, status=503, seconds=0.98) for n in range(3)]
    (problem,) = too_slow(late, 1.0)
    assert problem.failure is CellFailure.SLOW
    assert "each answer still takes at least 980 ms" in problem.text


def test_quick_refusals_and_one_that_waited_are_sound() -> None:
    quick = [op(n, "", 3.0 + n, status=503, seconds=0.02) for n in range(5)]
    assert list(too_slow([replace(quick[0], done=quick[0].sent + 0.99), *quick], 1.0)) == []
    half = [replace(one, done=one.sent + 0.4) for one in quick]
    assert list(too_slow(half, 1.0)) == []
    assert list(too_slow([], 1.0)) == []
