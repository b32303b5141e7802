"""``conservation`` without a declaration: what is taken from one row is given to another."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import NumbersMoved
from squall.gates.invariants import Invariants
from squall.history.evidence import Contract


def judged(evidence: Any, make: Any, moves: list[tuple[float, int, float]]) -> Any:
    """Ten transfers of 5 ms before the fault, and these moves: when, which row, by how much."""
    writes = [make.write(number, at=number * 0.08) for number in range(10)]
    event = NumbersMoved(
        at=3.0,
        column="accounts.balance",
        commits=[at for at, _, _ in moves],
        rows=[row for _, row, _ in moves],
        moves=[by for _, _, by in moves],
    )
    undeclared = Contract(deadline_seconds=1.0, totals_declared=False)
    happened = [*make.outage(), event]
    return Invariants().judge(evidence(writes, happened, contract=undeclared))


def transfers(number: int = 10) -> list[tuple[float, int, float]]:
    """Each takes from one row, and gives to another one."""
    return [
        (place * 0.08 + late, row + place % 3, by)
        for place in range(number)
        for late, row, by in ((0.003, 0, -0.5), (0.004, 3, 0.5))
    ]


def test_a_half_of_a_transfer_is_found(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, [*transfers(), (1.5, 0, -0.5)])
    assert (found.verdict, found.code) == ("fail", "half-moved")
    assert "accounts.balance" in found.reason


def test_whole_transfers_pass(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, [*transfers(), (1.5, 0, -0.5), (1.6, 3, 0.5)])
    assert found.verdict == "pass"


@pytest.mark.parametrize(
    "calm",
    [
        transfers(4),  # too few to be a rule
        [(at, row, 0.5) for at, row, _ in transfers()],  # counters, which grow
        [(at, 0, by) for at, _, by in transfers()],  # a mark that is taken away again
        [*transfers(), (0.722, 4, 0.1)],  # another request that pays out
    ],
)
def test_other_numbers_may_change(evidence: Any, make: Any, calm: list[Any]) -> None:
    assert judged(evidence, make, [*calm, (1.5, 0, -0.5)]).verdict == "not-judged"
