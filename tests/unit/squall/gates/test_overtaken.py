"""Those who wait for the database are served when it is back, and not refused behind later ones."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import FaultHealed, FaultInjected
from squall.diagnosis.diagnose import diagnose
from squall.gates.recovery_time import RecoveryTime
from squall.history.evidence import Contract


def judged(
    evidence: Any, make: Any, *, waited: float = 0.8, waiting: int = 8, later: str = "order",
    fault: tuple[str, str] = ("network.refuse", "cuts"), copies: bool = False,
    others: tuple[int, int] = (0, 0),
) -> Any:  # fmt: skip
    """Some sent just before the heal at 2.0 and refused, and others served from then on."""
    ops = [make.op(n, name="order", at=n * 0.02, done=n * 0.02 + 0.01) for n in range(40)]
    ops += [
        make.refusal(100 + n, name="order", at=1.7 + n * 0.02, done=1.7 + n * 0.02 + waited)
        for n in range(waiting)
    ]
    ops += [
        make.op(200 + n, name=later, at=2.0 + n * 0.02, done=2.01 + n * 0.02, copy=copies)
        for n in range(60)
    ]
    ops += [
        make.op(300 + n, name="order", at=1.7 + n * 0.02, done=2.4 + n * 0.02)
        for n in range(others[0])
    ]
    ops += [
        make.refusal(400 + n, name="order", at=2.1 + n * 0.02, done=2.5 + n * 0.02)
        for n in range(others[1])
    ]
    happened = [
        FaultInjected(at=1.0, step=0, fault=fault[0], label="", effect=fault[1]),
        FaultHealed(at=2.0, step=0, fault=fault[0], bites=3, what="cuts"),
    ]
    run = evidence(ops, happened, contract=Contract(deadline_seconds=1.0))
    return run, RecoveryTime().judge(run)


def test_who_is_never_woken_is_refused_while_later_ones_are_served(
    evidence: Any, make: Any
) -> None:
    run, found = judged(evidence, make)
    assert (found.verdict, found.code) == ("fail", "waited-in-vain")
    assert found.figures["overtaken"] == 8
    assert diagnose(run, [found]).code == "waits-in-vain"


@pytest.mark.parametrize(("waited", "in_kind"), [(0.8, True), (0.6, False)])
def test_a_busy_machine_explains_no_long_row_of_later_ones(
    evidence: Any, make: Any, waited: float, in_kind: bool
) -> None:
    found = judged(evidence, make, waited=waited)[1]
    assert (found.code, found.in_kind) == ("waited-in-vain", in_kind)


@pytest.mark.parametrize(
    "changes",
    [
        {"waited": 0.35},  # refused when those who wait are let in one after another
        {"waiting": 4},  # chance
        {"later": "read"},  # others need no database
        {"fault": ("network.stall", "silences")},  # they wait for a lost connection
        {"fault": ("client.load_spike", "loads")},
        {"copies": True},
        {"others": (4, 0)},  # some of those who waited: the pool is not fair
        {"others": (0, 1)},  # also who came later
    ],
)
def test_other_refusals_prove_nothing(evidence: Any, make: Any, changes: dict[str, Any]) -> None:
    assert judged(evidence, make, **changes)[1].code != "waited-in-vain"
