"""The window after the heal grows for an app that needs its deadline, and for no other."""

from __future__ import annotations

from typing import Any

import pytest
from squall import Scenario
from squall.core.clock import VirtualClock
from squall.gates.recovery_time import RecoveryTime
from squall.history.evidence import Contract
from squall.history.op import FIRST_AGAIN, FIRST_EXTRA
from squall.runner.wait_for_recovery import FailedRequests, RecoverySeen, wait_for_recovery

PLAIN = Scenario(name="x", story="y", steps=())


@pytest.mark.parametrize(
    ("recovers_at", "waited"),
    [(2.0, (0.0, 0.0)), (3.0, (0.5, 0.8)), (99.0, (2.8, 3.0))],
    ids=["at once", "within its deadline", "never"],
)
async def test_it_waits_while_the_app_has_not_recovered(
    make: Any, recovers_at: float, waited: tuple[float, float]
) -> None:
    """Healed at 2 s, looked at from 2.6 s on, with a deadline of 3 s."""
    clock = VirtualClock(2.6)

    def ops() -> list[Any]:
        times = (n / 100 for n in range(200, int(clock.now() * 100)))
        return [
            (make.op if at >= recovers_at else make.refusal)(n, at=at) for n, at in enumerate(times)
        ]

    seen = RecoverySeen(ops, tuple(make.outage()), Contract(deadline_seconds=3.0))
    await wait_for_recovery(PLAIN, seen, clock)
    assert waited[0] <= clock.now() - 2.6 <= waited[1]


@pytest.mark.parametrize(("serves", "waited"), [(2, (0.1, 0.4)), (99, (2.8, 3.0))])
async def test_what_failed_is_asked_again_until_it_is_served(
    make: Any, serves: int, waited: tuple[float, float]
) -> None:
    """One item of many failed in the outage, and is served with the second question, or never."""
    clock = VirtualClock(2.6)
    failed = make.refusal(0, at=1.5, request="GET /items/7")
    asked: list[Any] = []

    def ops() -> list[Any]:
        steady = [make.op(100 + n, at=2.0 + n * 0.02, request="GET /items/1") for n in range(30)]
        return [failed, *steady, *asked]

    async def ask(chosen: list[Any]) -> bool:
        assert [op.request for op in chosen] == ["GET /items/7"]
        number = 30_000_000 + len(asked)
        answer = make.op if len(asked) + 1 >= serves else make.refusal
        asked.append(answer(number, at=clock.now(), request="GET /items/7"))
        return True

    again = FailedRequests(ops, ask)
    await again.begin()
    seen = RecoverySeen(ops, tuple(make.outage()), Contract(deadline_seconds=3.0))
    await wait_for_recovery(PLAIN, seen, clock, again)
    assert waited[0] <= clock.now() - 2.6 <= waited[1]
    found = RecoveryTime().judge(seen.evidence())
    assert found.verdict == ("pass" if serves == 2 else "fail")


@pytest.mark.parametrize(
    ("status", "ill", "verdict"),
    [
        pytest.param(201, False, "pass", id="served"),
        pytest.param(503, False, "fail", id="never"),
        pytest.param(409, False, "pass", id="a conflict"),
        pytest.param(-409, False, "fail", id="a conflict that is said to pass"),
        pytest.param(503, True, "pass", id="an operation that fails by itself"),
    ],
)
async def test_a_write_that_failed_is_asked_for_again(
    make: Any, status: int, ill: bool, verdict: str
) -> None:
    """One order of many was refused in the outage; another client wants the same after it."""
    clock = VirtualClock(2.6)
    order: dict[str, Any] = {"name": "order", "effect": "write", "request": "POST /orders"}
    before = [make.op(n, at=0.2 + n / 10, **order) for n in range(5)]
    if ill:
        before.append(make.refusal(6, at=0.9, **order))
    failed = make.refusal(7, at=1.5, **order)
    asked: list[Any] = []

    def ops() -> list[Any]:
        steady = [make.op(100 + n, at=2.0 + n * 0.02, request="GET /items/1") for n in range(30)]
        return [*before, failed, *steady, *asked]

    async def ask(chosen: list[Any]) -> bool:
        assert {op.asks_for_write or op.id for op in chosen} == {7}
        number = FIRST_AGAIN + (len(asked) + 1) * FIRST_EXTRA + 7
        said = {"retry_after": "1"} if status < 0 else {}
        asked.append(make.op(number, at=clock.now(), status=abs(status), **said, **order))
        return True

    again = FailedRequests(ops, ask, 1.0)
    await again.begin()
    seen = RecoverySeen(ops, tuple(make.outage()), Contract(deadline_seconds=3.0))
    await wait_for_recovery(PLAIN, seen, clock, again)
    assert RecoveryTime().judge(seen.evidence()).verdict == verdict
    assert len(asked) == (0 if ill else 6 if verdict == "fail" else 1)


async def test_a_generator_that_cannot_ask_again_is_not_waited_for(make: Any) -> None:
    clock = VirtualClock(2.6)
    steady = [make.op(100 + n, at=2.0 + n * 0.02) for n in range(30)]
    ops = [make.refusal(0, at=1.5, request="GET /items/7"), *steady]

    async def ask(_chosen: list[Any]) -> bool:
        return False

    again = FailedRequests(lambda: ops, ask)
    await again.begin()
    seen = RecoverySeen(lambda: ops, tuple(make.outage()), Contract(deadline_seconds=3.0))
    await wait_for_recovery(PLAIN, seen, clock, again)
    assert clock.now() == 2.6
