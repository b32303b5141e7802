"""Each judge on hand-written histories: pass, fail and inconclusive."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import AppExited, BackendsSampled, RunEnded, SteadyStateChecked
from squall.gates.answered_in_time import AnsweredInTime
from squall.gates.app_survived import AppSurvived
from squall.gates.availability import Availability
from squall.gates.connection_leaks import ConnectionLeaks
from squall.gates.error_contract import ErrorContract
from squall.gates.invariants import Invariants
from squall.gates.no_acknowledged_write_lost import NoAcknowledgedWriteLost
from squall.gates.no_duplicate import NoDuplicate
from squall.gates.percentiles import min_samples, percentile
from squall.gates.recovery_time import RecoveryTime
from squall.gates.refused_write_absent import RefusedWriteAbsent
from squall.gates.validity.enough_operations import EnoughOperations
from squall.gates.validity.faults_bit import FaultsBit
from squall.gates.validity.generator_kept_up import GeneratorKeptUp
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Finding, Gate, Verdict, judge_gate, worst
from squall.history.evidence import FinalState
from squall.history.op import Outcome


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"status": 500, "body": '{"title": "x", "status": 500}'}, "not documented"),
        ({"content_type": "text/html"}, "without application/problem"),
        ({"body": "oops"}, "not a problem object"),
        ({"body": '{"title": "x", "status": 500}'}, "not a problem object"),
        ({"body": "[]"}, "not a problem object"),
        ({"retry_after": None}, "Retry-After"),
        ({"retry_after": "soon"}, "Retry-After"),
        ({"retry_after": "99999"}, "Retry-After"),
        ({"body": '{"title": "asyncpg.PostgresError", "status": 503}'}, "leaks"),
        ({"body": '{"title": "127.0.0.1:5432 refused", "status": 503}'}, "leaks"),
        ({"body": '{"title": "SELECT 1 FROM items", "status": 503}'}, "leaks"),
        ({"status": None, "error": "reset"}, "cut"),
        ({"status": None, "error": "disconnected"}, "cut"),
        ({"status": None, "error": "timeout"}, None),
    ],
)
def test_errors_keep_the_contract(
    evidence: Any, make: Any, changes: dict[str, Any], words: str | None
) -> None:
    finding = ErrorContract().judge(evidence([make.op(0), make.refusal(1, **changes)]))
    if words is None:
        assert finding.verdict is Verdict.PASS
    else:
        assert finding.verdict is Verdict.FAIL
        assert words in finding.reason
        assert finding.ops == (1,)


def test_a_cut_connection_is_allowed_where_the_fault_cuts_it(evidence: Any, make: Any) -> None:
    run = evidence([make.refusal(1, status=None, error="reset")])
    assert ErrorContract(allow_cut_connections=True).judge(run).verdict is Verdict.PASS


def test_late_answers_fail_and_the_generators_lag_is_not_blamed_on_the_app(
    evidence: Any, make: Any
) -> None:
    late = make.op(1, at=0.0, sent=0.0, done=1.4)
    lagged = make.op(2, at=0.0, sent=1.0, done=1.4)
    assert AnsweredInTime().judge(evidence([late])).ops == (1,)
    assert AnsweredInTime().judge(evidence([lagged])).verdict is Verdict.PASS
    assert AnsweredInTime().judge(evidence([])).verdict is Verdict.INCONCLUSIVE


def test_hanging_forever_is_told_apart_from_late(evidence: Any, make: Any) -> None:
    hung = make.op(1, done=4.0, status=None, error="timeout", outcome=Outcome.UNKNOWN)
    assert "1 never" in AnsweredInTime().judge(evidence([hung])).reason


def _after(make: Any, bad: range, count: int = 60) -> list[Any]:
    """Operations every 10 ms from the heal at 2 s on; those in ``bad`` are refused."""
    return [
        (make.refusal if number in bad else make.op)(number, at=2.0 + number * 0.01)
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("bad", "within_ms", "verdict", "recovery"),
    [
        (range(0), 100, Verdict.PASS, 5.0),
        (range(5), 100, Verdict.PASS, 55.0),
        (range(20), 100, Verdict.FAIL, 205.0),
        (range(19, 20), 100, Verdict.FAIL, 205.0),
        (range(50, 60), 100, Verdict.FAIL, None),
    ],
)
def test_recovery_lasts_until_the_last_bad_answer(
    evidence: Any, make: Any, bad: range, within_ms: float, verdict: Verdict, recovery: float | None
) -> None:
    finding = RecoveryTime(within_ms=within_ms).judge(evidence(_after(make, bad)))
    assert finding.verdict is verdict
    assert finding.figures.get("recovery_ms") == recovery


def test_recovery_is_immediate_when_answers_were_good_before_the_heal(
    evidence: Any, make: Any
) -> None:
    during = [make.op(100 + n, at=1.5 + n * 0.01) for n in range(30)]
    finding = RecoveryTime().judge(evidence(during + _after(make, range(0))))
    assert finding.figures["recovery_ms"] == 0.0


def test_slow_answers_are_not_recovered(evidence: Any, make: Any) -> None:
    ops = [make.op(n, at=2 + n * 0.01, done=2 + n * 0.01 + 0.7) for n in range(60)]
    assert RecoveryTime().judge(evidence(ops)).verdict is Verdict.FAIL


def test_recovery_needs_a_heal_and_enough_operations(evidence: Any, make: Any) -> None:
    few = evidence(_after(make, range(0), count=5))
    assert RecoveryTime().judge(few).verdict is Verdict.INCONCLUSIVE
    assert RecoveryTime().judge(evidence([], [])).verdict is Verdict.INCONCLUSIVE


def _sample(at: float, total: int, active: int = 0, stuck: int = 0) -> BackendsSampled:
    return BackendsSampled(
        at=at, total=total, active=active, idle=total - active - stuck, idle_in_transaction=stuck
    )


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (_sample(3.1, 10), Verdict.PASS),
        (_sample(3.1, 15), Verdict.PASS),
        (_sample(3.1, 16), Verdict.FAIL),
        (_sample(3.1, 10, stuck=1), Verdict.FAIL),
        (_sample(3.1, 10, active=1), Verdict.FAIL),
        (_sample(2.9, 10), Verdict.INCONCLUSIVE),
    ],
)
def test_sessions_return_to_their_number(
    evidence: Any, make: Any, last: BackendsSampled, verdict: Verdict
) -> None:
    happened = [_sample(0.5, 10), *make.outage(), RunEnded(at=3.0), last]
    assert ConnectionLeaks().judge(evidence([], happened)).verdict is verdict


@pytest.mark.parametrize(
    ("judge", "outcome", "rows", "verdict"),
    [
        (NoAcknowledgedWriteLost(), Outcome.APPLIED, 1, Verdict.PASS),
        (NoAcknowledgedWriteLost(), Outcome.APPLIED, 0, Verdict.FAIL),
        (NoAcknowledgedWriteLost(), Outcome.UNKNOWN, 0, Verdict.INCONCLUSIVE),
        (NoDuplicate(), Outcome.APPLIED, 1, Verdict.PASS),
        (NoDuplicate(), Outcome.APPLIED, 2, Verdict.FAIL),
        (NoDuplicate(), Outcome.UNKNOWN, 2, Verdict.FAIL),
        (NoDuplicate(), Outcome.UNKNOWN, 0, Verdict.PASS),
        (RefusedWriteAbsent(), Outcome.REFUSED, 0, Verdict.PASS),
        (RefusedWriteAbsent(), Outcome.REFUSED, 1, Verdict.FAIL),
        (RefusedWriteAbsent(), Outcome.UNKNOWN, 1, Verdict.PASS),
    ],
)
def test_writes_against_the_truth(
    evidence: Any, make: Any, judge: Any, outcome: Outcome, rows: int, verdict: Verdict
) -> None:
    final_state = FinalState(writes={"k7": rows} if rows else {})
    finding = judge.judge(evidence([make.write(7, outcome)], final_state=final_state))
    assert finding.verdict is verdict
    if verdict is Verdict.FAIL:
        assert "k7" in finding.reason
        assert finding.ops == (7,)


@pytest.mark.parametrize("judge", [NoAcknowledgedWriteLost(), NoDuplicate(), RefusedWriteAbsent()])
def test_without_truth_or_writes_nothing_is_proven(evidence: Any, make: Any, judge: Any) -> None:
    assert judge.judge(evidence([make.write(1)], final_state=None)).verdict is Verdict.INCONCLUSIVE
    assert judge.judge(evidence([make.op(1)])).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"stock": 5}, {"stock": 5}, Verdict.PASS),
        ({"stock": 5}, {"stock": 4}, Verdict.FAIL),
        ({}, {}, Verdict.INCONCLUSIVE),
        ({}, {"stock": 5}, Verdict.INCONCLUSIVE),
    ],
)
def test_totals_are_conserved(
    evidence: Any, before: dict[str, int], after: dict[str, int], verdict: Verdict
) -> None:
    final_state = FinalState(conserved=after, conserved_before=before)
    assert Invariants().judge(evidence([], final_state=final_state)).verdict is verdict


def test_availability_counts_each_window(evidence: Any, make: Any) -> None:
    during = [make.refusal(1, at=1.1), make.op(2, at=1.2)]
    run = evidence([*during, make.op(3, at=2.5)])
    assert Availability(during_min=0.5).judge(run).verdict is Verdict.PASS
    assert Availability(during_min=0.6).judge(run).verdict is Verdict.FAIL
    limited = Availability(after_min=0.9)
    assert limited.judge(evidence(during)).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_ended_did_not_survive(evidence: Any) -> None:
    ended = evidence([], [AppExited(at=1.0, exit_code=3)])
    assert AppSurvived().judge(ended).verdict is Verdict.FAIL
    assert AppSurvived().judge(evidence([])).verdict is Verdict.PASS


def test_a_fault_that_never_bit_proves_nothing(evidence: Any, make: Any) -> None:
    assert FaultsBit().judge(evidence([])).verdict is Verdict.PASS
    idle = FaultsBit().judge(evidence([], make.outage(bites=0)))
    assert (idle.verdict, idle.reason) == (
        Verdict.INCONCLUSIVE,
        "never bit: network.refuse (0 cuts)",
    )
    unhealed = evidence([], make.outage()[:1])
    assert FaultsBit().judge(unhealed).verdict is Verdict.INCONCLUSIVE


def test_a_broken_steady_state_proves_nothing(evidence: Any, make: Any) -> None:
    good = [make.op(n) for n in range(60)]
    assert SteadyState().judge(evidence(good)).verdict is Verdict.PASS
    assert SteadyState().judge(evidence(good[:9])).verdict is Verdict.INCONCLUSIVE
    bad = [make.refusal(n) for n in range(60)]
    assert SteadyState().judge(evidence(bad)).verdict is Verdict.INCONCLUSIVE
    told = SteadyStateChecked(at=0.0, holds=False, reason="slow")
    assert SteadyState().judge(evidence(good, [told])).reason == "slow"


def test_too_few_operations_prove_nothing(evidence: Any, make: Any) -> None:
    before = [make.op(n) for n in range(50)]
    after = [make.op(100 + n, at=2.5 + n * 0.01) for n in range(50)]
    assert EnoughOperations().judge(evidence(before + after)).verdict is Verdict.PASS
    assert EnoughOperations().judge(evidence(before)).verdict is Verdict.INCONCLUSIVE
    doubtful = [make.write(200, Outcome.UNKNOWN)]
    unwritten = evidence(before + after + doubtful)
    assert EnoughOperations().judge(unwritten).verdict is Verdict.INCONCLUSIVE


def test_a_generator_that_lagged_proves_nothing(evidence: Any, make: Any) -> None:
    punctual = [make.op(n) for n in range(10)]
    lagging = [make.op(n, sent=n * 0.01 + 0.2) for n in range(10)]
    assert GeneratorKeptUp().judge(evidence(punctual)).verdict is Verdict.PASS
    assert GeneratorKeptUp().judge(evidence(lagging)).verdict is Verdict.INCONCLUSIVE
    assert GeneratorKeptUp().judge(evidence(punctual, unsent=1)).verdict is Verdict.INCONCLUSIVE


def test_verdicts_merge_by_the_worst_and_nothing_is_not_green() -> None:
    passed, doubt, fail = Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL
    assert worst([passed, doubt]) is doubt
    assert worst([doubt, fail, passed]) is fail
    assert worst([]) is doubt


def test_a_crashed_checker_is_inconclusive(evidence: Any) -> None:
    class Crashing(Gate):
        name = "crashing"

        def judge(self, _evidence: object) -> Finding:
            raise ZeroDivisionError

    assert judge_gate(Crashing(), evidence([])).verdict is Verdict.INCONCLUSIVE


def test_percentiles_refuse_thin_samples() -> None:
    assert min_samples(95) == 40
    assert percentile([1.0] * 39, 95) is None
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.0
    with pytest.raises(ValueError, match="between 0 and 100"):
        percentile([1.0], 100)
