"""The guards: a run that proves nothing says why, and is never green."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import (
    FaultHealed,
    FaultInjected,
    FaultSkipped,
    SteadyStateChecked,
    TransactionCommitted,
)
from squall.gates.validity.enough_operations import EnoughOperations
from squall.gates.validity.faults_bit import FaultsBit
from squall.gates.validity.generator_kept_up import GeneratorKeptUp
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Verdict
from squall.history.evidence import Planned
from squall.history.op import Outcome

REFUSED = """2 x read-item 503 ({"type": "about:blank", "title": "Service unavailable", "sta)"""
"""Which operations were not successful, with the first words of their bodies."""


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
        (
            98,
            2,
            0.01,
            f"98.0% of 100 answers good, p95 10 ms before the fault; {REFUSED}",
            0.98,
        ),
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
        else told.inconclusive(
            "steady-state", f"not well to begin with: {words}", code="unsteady", **figures
        )
    )
    assert SteadyState().judge(evidence(calm(make, good, bad, seconds))) == expected


def test_a_steady_state_of_few_answers_or_that_the_runner_denied_is_none(
    evidence: Any, make: Any, told: Any
) -> None:
    few = told.inconclusive("steady-state", "only 39 operations before the fault")
    assert SteadyState().judge(evidence(calm(make, 39))) == few
    denied = [SteadyStateChecked(at=0.9, holds=False, reason="p95 900 ms"), *make.outage()]
    expected = told.inconclusive("steady-state", "p95 900 ms", code="unsteady")
    assert SteadyState().judge(evidence(calm(make, 100), denied)) == expected


def ill(make: Any, broken: int, **given: Any) -> list[Any]:
    """60 answers without any fault, some of them as given."""
    good = [make.op(n, at=n * 0.001, done=n * 0.001 + 0.01) for n in range(60 - broken)]
    return good + [make.refusal(60 + n, at=0.1, done=0.11, **given) for n in range(broken)]


def test_an_app_that_fails_without_any_fault_is_not_well(evidence: Any, make: Any) -> None:
    found = SteadyState().judge(evidence(ill(make, 5, status=500, body="Internal  Error"), []))
    assert (found.verdict, found.code) == (Verdict.FAIL, "not-well-without-faults")
    assert found.reason == (
        "without any fault, 5 of 60 requests failed: 5 x read-item 500 (Internal Error)"
    )


@pytest.mark.parametrize(
    ("broken", "given"),
    [(5, {"status": 503}), (5, {"status": 404}), (2, {"status": 500})],
    ids=["it refuses", "the load asks for what is not there", "too few to say"],
)
def test_what_is_no_illness_is_not_called_one(
    evidence: Any, make: Any, broken: int, given: dict[str, Any]
) -> None:
    found = SteadyState().judge(evidence(ill(make, broken, **given), []))
    assert found.verdict is Verdict.INCONCLUSIVE


def test_what_fails_in_an_outage_is_no_illness(evidence: Any, make: Any) -> None:
    late = [make.refusal(100 + n, at=1.2, done=1.3, status=500) for n in range(20)]
    found = SteadyState().judge(evidence([*calm(make, 60), *late], make.outage()))
    assert found.verdict is Verdict.PASS


def test_an_operation_that_is_slow_by_nature_has_its_own_limit(evidence: Any, make: Any) -> None:
    slow = evidence(calm(make, 60, seconds=0.8))
    assert SteadyState().judge(slow).verdict is Verdict.INCONCLUSIVE
    known = dataclasses.replace(slow.contract, calm_seconds={"read-item": 0.3})
    found = SteadyState().judge(dataclasses.replace(slow, contract=known))
    assert found.verdict is Verdict.PASS


def test_a_fault_that_bit_is_told_with_its_bites(evidence: Any, told: Any) -> None:
    expected = told.passed("faults-bit", "network.refuse: 3 cuts")
    assert FaultsBit().judge(evidence([])) == expected


def test_a_fault_that_did_nothing_was_skipped_or_stayed_proves_nothing(
    evidence: Any, make: Any, told: Any
) -> None:
    skipped = FaultSkipped(at=1.0, step=1, fault="wire.stall_reply", reason="needs a wire proxy")
    second = FaultInjected(at=1.5, step=1, fault="network.refuse", label="refuse")
    cases = [
        ("never-bit", "never bit: network.refuse (0 cuts)", make.outage(bites=0)),
        ("skipped", f"{skipped.fault} was skipped: needs a wire proxy", [*make.outage(), skipped]),
        ("not-injected", "not every fault was injected and healed", [*make.outage(), second]),
    ]
    for code, reason, happened in cases:
        found = FaultsBit().judge(evidence([], happened))
        assert found == told.inconclusive("faults-bit", reason, code=f"fault-{code}")
    reason = "not every fault was injected and healed"
    nothing = told.inconclusive("faults-bit", reason, code="fault-not-injected")
    assert FaultsBit().judge(evidence([], [])) == nothing


def aid(bites: int) -> list[Any]:
    """A second fault, that may miss."""
    key = "database.terminate_backends"
    return [
        FaultInjected(at=1.1, step=1, fault=key, label=key),
        FaultHealed(at=1.2, step=1, fault=key, bites=bites, what="ends", may_miss=True),
    ]


@pytest.mark.parametrize(
    ("concerns", "commits", "verdict"),
    [
        ("of_transactions", 3, "pass"),
        ("of_transactions", 2, "inconclusive"),
        ("of_rows", 3, "pass"),
        ("of_rows", 2, "inconclusive"),
        (None, 3, "inconclusive"),
    ],
)
def test_a_fault_of_what_the_app_does_not_do_does_not_concern_it(
    evidence: Any, make: Any, *, concerns: str | None, commits: int, verdict: str
) -> None:
    """Each COMMIT, or each locked row, would have been hit: these writes needed none."""
    written = [
        TransactionCommitted(at=1.2 + n / 10, keys={f"k{n}": {"insert notes": 1}}, ids={})
        for n in range(commits)
    ]
    planned = Planned(requests=3, faults=(1.0,), **({concerns: True} if concerns else {}))
    run = evidence([], [*make.outage(bites=0), *written], planned=planned)
    found = FaultsBit().judge(run)
    assert (found.verdict, found.noted) == (verdict, verdict == "pass")


def test_nor_do_faults_that_follow_each_other(evidence: Any, make: Any) -> None:
    """What is written between them, while none is in force, proves nothing."""
    second = [replace(one, at=one.at + 2, step=1) for one in make.outage(bites=0)]
    planned = Planned(requests=3, faults=(1.0, 1.0), of_transactions=True)
    for times, verdict in (((1.5, 3.2, 3.8), "pass"), ((1.5, 2.5, 3.8), "inconclusive")):
        written = [
            TransactionCommitted(at=at, keys={"k": {"insert notes": 1}}, ids={}) for at in times
        ]
        run = evidence([], [*make.outage(bites=0), *second, *written], planned=planned)
        assert FaultsBit().judge(run).verdict == verdict


def test_a_fault_that_may_miss_leaves_the_proof_to_the_others(
    evidence: Any, make: Any, told: Any
) -> None:
    def judged(bites: int, aided: int) -> Any:
        return FaultsBit().judge(evidence([], [*make.outage(bites=bites), *aid(aided)]))

    words = "network.refuse: 3 cuts, database.terminate_backends: 0 ends"
    assert judged(3, 0) == told.passed("faults-bit", words)
    words = "never bit: network.refuse (0 cuts)"
    assert judged(0, 1) == told.inconclusive("faults-bit", words, code="fault-never-bit")
    words += ", database.terminate_backends (0 ends)"
    assert judged(0, 0) == told.inconclusive("faults-bit", words, code="fault-never-bit")
    alone = FaultsBit().judge(evidence([], aid(0)))
    words = "never bit: database.terminate_backends (0 ends)"
    assert alone == told.inconclusive("faults-bit", words, code="fault-never-bit")


def test_enough_operations(evidence: Any, make: Any, told: Any) -> None:
    name = "enough-operations"
    before = [make.op(n, at=n * 0.01) for n in range(40)]
    after = [make.op(100 + n, at=2 + n * 0.01) for n in range(40)]
    words = "40 operations before and 40 after the outage"
    assert EnoughOperations().judge(evidence([*before, *after])) == told.passed(name, words)
    few = "only 40 operations before and 39 after the outage; 40 and 40 are needed"
    found = EnoughOperations().judge(evidence([*before, *after[1:]]))
    assert found == told.inconclusive(name, few, code="too-few-operations")
    doubtful = [make.write(200 + n, Outcome.UNKNOWN, at=1.5) for n in range(3)]
    found = EnoughOperations().judge(evidence([*before, *after, *doubtful]))
    assert found == told.inconclusive(
        name, "none of 3 writes was acknowledged", code="no-write-acknowledged"
    )


def test_the_generators_lag(evidence: Any, make: Any, told: Any) -> None:
    name = "generator-kept-up"
    late = [make.op(n, sent=n * 0.01 + 0.05, done=n * 0.01 + 0.06) for n in range(3)]
    words = "p99 of the schedule lag 50.0 ms"
    gate = GeneratorKeptUp(lag_p99_ms=50.1)
    assert gate.judge(evidence(late)) == told.passed(name, words, lag_p99_ms=50.0)
    gate = GeneratorKeptUp(lag_p99_ms=49.9)
    reason = f"the generator lagged: {words}"
    expected = told.inconclusive(name, reason, code="generator-lagged", lag_p99_ms=50.0)
    assert gate.judge(evidence(late)) == expected
    unsent = told.inconclusive(name, "7 operations could not be sent", code="operations-unsent")
    assert GeneratorKeptUp().judge(evidence(late, unsent=7)) == unsent


def test_a_fault_that_ended_before_its_heal_proves_nothing(evidence: Any, make: Any) -> None:
    def judged(lapsed: str) -> Any:
        happened = [
            replace(event, lapsed=lapsed) if isinstance(event, FaultHealed) else event
            for event in make.outage()
        ]
        return FaultsBit().judge(evidence([], happened))

    assert judged("").verdict is Verdict.PASS
    finding = judged("toxic t1 is gone")
    assert (finding.verdict, finding.code) == (Verdict.INCONCLUSIVE, "fault-lapsed")
    assert "ended before its heal: network.refuse: toxic t1 is gone" in finding.reason
