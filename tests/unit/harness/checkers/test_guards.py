"""The guards: a run that proves nothing says why, and is never green."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checkers.guards import EnoughOperations, FaultsBit, GeneratorKeptUp, SteadyState
from harness.core.events import FaultHealed, FaultInjected, FaultSkipped, SteadyStateChecked
from harness.history.op import Outcome


def calm(make: Any, good: int, bad: int = 0, seconds: float = 0.01) -> list[Any]:
    """Answers before the fault at 1 s."""
    return [
        (make.op if n < good else make.refusal)(n, at=n * 0.001, done=n * 0.001 + seconds)
        for n in range(good + bad)
    ]


@pytest.mark.parametrize(
    ("good", "bad", "seconds", "words", "share"),
    [
        (99, 1, 0.4, "99.0% of 100 answers good, p95 400 ms before the fault", 0.99),
        (98, 2, 0.01, "98.0% of 100 answers good, p95 10 ms before the fault", 0.98),
        (100, 0, 0.401, "100.0% of 100 answers good, p95 401 ms before the fault", 1.0),
    ],
    ids=["well", "bad answers", "slow answers"],
)
def test_the_steady_state(
    evidence: Any, make: Any, told: Any, good: int, bad: int, seconds: float, words: str,
    share: float,
) -> None:  # fmt: skip
    figures = {"good_share": share, "p95_ms": round(seconds * 1000, 1)}
    expected = (
        told.passed("steady-state", words, **figures)
        if (share, seconds) == (0.99, 0.4)
        else told.inconclusive("steady-state", f"not well to begin with: {words}", **figures)
    )
    assert SteadyState().judge(evidence(calm(make, good, bad, seconds))) == expected


def test_a_steady_state_of_few_answers_or_that_the_runner_denied_is_none(
    evidence: Any, make: Any, told: Any
) -> None:
    few = told.inconclusive("steady-state", "only 39 operations before the fault")
    assert SteadyState().judge(evidence(calm(make, 39))) == few
    denied = [SteadyStateChecked(at=0.9, holds=False, reason="p95 900 ms"), *make.outage()]
    expected = told.inconclusive("steady-state", "p95 900 ms")
    assert SteadyState().judge(evidence(calm(make, 100), denied)) == expected


def test_a_fault_that_bit_is_told_with_its_bites(evidence: Any, told: Any) -> None:
    expected = told.passed("faults-bit", "network.refuse: 3 cuts")
    assert FaultsBit().judge(evidence([])) == expected


def test_a_fault_that_did_nothing_was_skipped_or_stayed_proves_nothing(
    evidence: Any, make: Any, told: Any
) -> None:
    skipped = FaultSkipped(at=1.0, step=1, fault="wire.stall_reply", reason="needs a wire proxy")
    second = FaultInjected(at=1.5, step=1, fault="network.refuse", label="refuse")
    cases = {
        "never bit: network.refuse (0 cuts)": make.outage(bites=0),
        "wire.stall_reply was skipped: needs a wire proxy": [*make.outage(), skipped],
        "not every fault was injected and healed": [*make.outage(), second],
    }
    for reason, happened in cases.items():
        found = FaultsBit().judge(evidence([], happened))
        assert found == told.inconclusive("faults-bit", reason)
    nothing = told.inconclusive("faults-bit", "not every fault was injected and healed")
    assert FaultsBit().judge(evidence([], [])) == nothing


def aid(bites: int) -> list[Any]:
    """A second fault, that may miss."""
    key = "database.terminate_backends"
    return [
        FaultInjected(at=1.1, step=1, fault=key, label=key),
        FaultHealed(at=1.2, step=1, fault=key, bites=bites, what="ends", may_miss=True),
    ]


def test_a_fault_that_may_miss_leaves_the_proof_to_the_others(
    evidence: Any, make: Any, told: Any
) -> None:
    def judged(bites: int, aided: int) -> Any:
        return FaultsBit().judge(evidence([], [*make.outage(bites=bites), *aid(aided)]))

    words = "network.refuse: 3 cuts, database.terminate_backends: 0 ends"
    assert judged(3, 0) == told.passed("faults-bit", words)
    words = "never bit: network.refuse (0 cuts)"
    assert judged(0, 1) == told.inconclusive("faults-bit", words)
    words += ", database.terminate_backends (0 ends)"
    assert judged(0, 0) == told.inconclusive("faults-bit", words)
    alone = FaultsBit().judge(evidence([], aid(0)))
    words = "never bit: database.terminate_backends (0 ends)"
    assert alone == told.inconclusive("faults-bit", words)


def test_enough_operations(evidence: Any, make: Any, told: Any) -> None:
    name = "enough-operations"
    before = [make.op(n, at=n * 0.01) for n in range(40)]
    after = [make.op(100 + n, at=2 + n * 0.01) for n in range(40)]
    words = "40 operations before and 40 after the outage"
    assert EnoughOperations().judge(evidence([*before, *after])) == told.passed(name, words)
    few = "only 40 operations before and 39 after the outage; 40 and 40 are needed"
    assert EnoughOperations().judge(evidence([*before, *after[1:]])) == told.inconclusive(name, few)
    doubtful = [make.write(200 + n, Outcome.UNKNOWN, at=1.5) for n in range(3)]
    found = EnoughOperations().judge(evidence([*before, *after, *doubtful]))
    assert found == told.inconclusive(name, "none of 3 writes was acknowledged")


def test_the_generators_lag(evidence: Any, make: Any, told: Any) -> None:
    name = "generator-kept-up"
    late = [make.op(n, sent=n * 0.01 + 0.05, done=n * 0.01 + 0.06) for n in range(3)]
    words = "p99 of the schedule lag 50.0 ms"
    gate = GeneratorKeptUp(lag_p99_ms=50.1)
    assert gate.judge(evidence(late)) == told.passed(name, words, lag_p99_ms=50.0)
    gate = GeneratorKeptUp(lag_p99_ms=49.9)
    expected = told.inconclusive(name, f"the generator lagged: {words}", lag_p99_ms=50.0)
    assert gate.judge(evidence(late)) == expected
    unsent = told.inconclusive(name, "7 operations could not be sent")
    assert GeneratorKeptUp().judge(evidence(late, unsent=7)) == unsent
