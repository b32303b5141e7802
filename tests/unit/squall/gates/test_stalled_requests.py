"""Requests that need no database stand in for a liveness probe."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import FaultHealed, FaultInjected
from squall.diagnosis.diagnose import diagnose
from squall.gates.health_probes import HealthProbes
from squall.history.evidence import Contract


def judged(
    evidence: Any, make: Any, *, late: float, others: float,
    fault: str = "network.reset", effect: str = "cuts",
) -> Any:  # fmt: skip
    """A request without a statement every 100 ms of the outage, and others between them."""
    ops = [make.op(n, name="feet", at=1.0 + n * 0.1, done=1.0 + n * 0.1 + late) for n in range(9)]
    ops += [
        make.refusal(20 + n, name="town", at=1.0 + n * 0.02, done=1.0 + n * 0.02 + others)
        for n in range(45)
    ]
    happened = [
        FaultInjected(at=1.0, step=0, fault=fault, label="", effect=effect),
        FaultHealed(at=2.0, step=0, fault=fault, bites=3, what="cuts"),
    ]
    contract = Contract(deadline_seconds=3.0, without_statements=frozenset({"feet"}))
    run = evidence(ops, happened, contract=contract)
    return run, HealthProbes().judge(run)


def test_who_blocks_the_event_loop_answers_nobody(evidence: Any, make: Any) -> None:
    run, found = judged(evidence, make, late=1.5, others=1.5)
    assert (found.verdict, found.code) == ("fail", "requests-stalled")
    assert diagnose(run, [found]).code == "blocked-event-loop"


@pytest.mark.parametrize(
    "changes",
    [
        {"late": 0.1, "others": 1.5},  # only those that need the database wait
        {"late": 1.5, "others": 0.05},  # others are answered: they wait for a thread
        {"late": 1.5, "others": 1.5, "fault": "client.more_load"},
        {"late": 1.5, "others": 1.5, "effect": "silences"},
    ],
)
def test_other_waits_prove_nothing(evidence: Any, make: Any, changes: dict[str, Any]) -> None:
    assert judged(evidence, make, **changes)[1].verdict == "not-judged"
