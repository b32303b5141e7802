"""Starvation: late answers of an app that had no processor prove nothing, lost data does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import ComponentEnded, ProcessorAwaited
from squall.gates.availability import Availability
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.recovery_time import RecoveryTime
from squall.gates.starvation import excuse_starved, machine_was_busy, starved_share
from squall.gates.threshold import parse_threshold
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Gate, Verdict, judge_gate
from squall.history.op import Outcome

TOLD = "; but the app waited for a processor for 40% of half a second: a busy machine"


def awaited(*seconds: float) -> list[ProcessorAwaited]:
    """Samples a tenth of a second apart."""
    return [ProcessorAwaited(at=n / 10, seconds=total) for n, total in enumerate(seconds)]


@pytest.mark.parametrize(
    ("samples", "share"),
    [
        ([], 0.0),
        (awaited(3.0), 0.0),
        (awaited(3.0, 3.0, 3.0), 0.0),
        (awaited(0.0, 0.1, 0.2), 0.4),
        (awaited(0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35), 0.5),
        (awaited(0, 0, 0, 0, 0, 0, 0, 0.09, 0.18, 0.18, 0.18, 0.18, 0.18, 0.18), 0.36),
        (awaited(9.0, 0.1, 0.2), 0.2),
    ],
    ids=["nothing", "one", "calm", "short", "steady", "a burst", "a new process"],
)
def test_the_worst_half_second_counts(
    evidence: Any, samples: list[ProcessorAwaited], share: float
) -> None:
    assert starved_share(evidence([], samples)) == pytest.approx(share)


def test_what_failed_by_time_is_inconclusive_and_what_failed_by_data_stays(evidence: Any) -> None:
    late = replace(failed("recovery-time", "late"), timed=True)
    lost = failed("no-acknowledged-write-lost", "lost")
    well = passed("answered-in-time", "well")
    starved = evidence([], awaited(0.0, 0.1, 0.2))
    assert excuse_starved([late, lost, well], starved) == (
        replace(
            late,
            verdict=Verdict.INCONCLUSIVE,
            reason=f"late{TOLD}",
        ),
        lost,
        well,
    )
    calm = evidence([], awaited(0.0, 0.01, 0.02))
    assert excuse_starved([late, lost, well], calm) == (late, lost, well)
    assert [one.excused for one in excuse_starved([late, lost, well], starved)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("patience", "samples", "verdict"),
    [
        (0.0, [0.0, 0.1, 0.2], Verdict.INCONCLUSIVE),
        (5.0, [0.0, 0.1, 0.2], Verdict.FAIL),
        (1.0, [0.0, 0.1, 0.2, 0.3, 0.4], Verdict.INCONCLUSIVE),
    ],
    ids=["half a second", "a moment of five seconds", "most of its time"],
)
def test_what_had_seconds_is_not_excused_by_a_moment(
    evidence: Any, patience: float, samples: list[float], verdict: Verdict
) -> None:
    killed = replace(failed("ends-when-told", "killed", patience=patience), timed=True)
    (excused,) = excuse_starved([killed], evidence([], awaited(*samples)))
    assert excused.verdict is verdict


def test_what_differs_in_kind_is_not_excused(evidence: Any) -> None:
    """A probe that is answered with an error is wrong on every machine."""
    refused = replace(failed("health-probes", "status 503", in_kind=True), timed=True)
    assert excuse_starved([refused], evidence([], awaited(0.0, 0.1, 0.2))) == (refused,)


@pytest.mark.parametrize(
    "gate",
    [RecoveryTime(within_ms=1), parse_threshold("p95 after <= 1 ms")],
    ids=lambda gate: gate.name,
)
def test_a_threshold_expression_is_excused_like_every_timed_gate(
    evidence: Any, make: Any, gate: Gate
) -> None:
    slow = [make.op(n, at=2.0 + n / 100, done=2.2 + n / 100) for n in range(60)]
    run = evidence(slow, [*make.outage(), *awaited(0.0, 0.1, 0.2)])
    found = judge_gate(gate, run)
    assert found.verdict is Verdict.FAIL
    excused = excuse_starved([found], run)[0]
    assert (excused.verdict, excused.code) == (Verdict.INCONCLUSIVE, found.code)


@pytest.mark.parametrize(
    ("findings", "samples", "busy"),
    [
        ([inconclusive("recovery-time", "late")], awaited(0.0, 0.2), True),
        (
            [inconclusive("generator-kept-up", "lagged", code="generator-lagged")],
            awaited(0.0, 0.0),
            True,
        ),
        ([inconclusive("faults-bit", "never bit")], awaited(0.0, 0.0), False),
        ([passed("recovery-time", "well")], awaited(0.0, 0.2), False),
        (
            [inconclusive("recovery-time", "late"), failed("no-duplicate", "two")],
            awaited(0.0, 0.2),
            False,
        ),
    ],
    ids=["starved", "generator lagged", "no bite", "passed all the same", "data is lost"],
)
def test_a_run_is_done_again_only_for_the_machine(
    evidence: Any, findings: list[Any], samples: list[ProcessorAwaited], busy: bool
) -> None:
    assert machine_was_busy(findings, evidence([], samples)) is busy


@pytest.mark.parametrize(
    ("error", "verdict"), [("timeout", Verdict.FAIL), ("disconnected", Verdict.INCONCLUSIVE)]
)
def test_an_app_that_never_answers_without_a_fault_is_not_excused_by_a_moment(
    evidence: Any, make: Any, error: str, verdict: Verdict
) -> None:
    lost = {"status": None, "error": error, "outcome": Outcome.UNKNOWN}
    ops = [make.op(n, done=6.0 + n / 100, **lost) for n in range(9)]
    run = evidence(ops, awaited(0.0, 0.1, 0.2))
    (finding,) = excuse_starved([judge_gate(SteadyState(), run)], run)
    assert (finding.code, finding.verdict) == ("not-well-without-faults", verdict)


@pytest.mark.parametrize(
    ("failed_requests", "verdict"), [(40, Verdict.INCONCLUSIVE), (250, Verdict.FAIL)]
)
def test_seconds_of_failures_are_not_excused_by_a_moment(
    evidence: Any, make: Any, failed_requests: int, verdict: Verdict
) -> None:
    during = [make.refusal(n) for n in range(100, 100 + failed_requests)]
    ops = [*during, *(make.op(n) for n in range(100 + failed_requests, 500))]
    run = evidence(ops, [*make.outage(1.0, 5.0), *awaited(0.0, 0.1, 0.2)])
    (finding,) = excuse_starved([judge_gate(Availability(during_min=0.95), run)], run)
    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("refused", "changes", "verdict"),
    [
        (range(500, 700), {}, Verdict.FAIL),
        (range(660, 700), {}, Verdict.INCONCLUSIVE),
        (range(500, 700), {"done": 9.0}, Verdict.INCONCLUSIVE),
        (range(500, 700), {"status": None, "error": "timeout"}, Verdict.INCONCLUSIVE),
    ],
    ids=["for two seconds", "for a moment", "late", "not at all"],
)
def test_an_app_that_refuses_at_once_for_seconds_is_not_excused_by_a_moment(
    evidence: Any, make: Any, refused: range, changes: dict[str, Any], verdict: Verdict
) -> None:
    ops = [make.op(n) for n in range(700) if n not in refused]
    ops += [make.refusal(n, **changes) for n in refused]
    run = evidence(
        sorted(ops, key=lambda one: one.id), [*make.outage(1.0, 5.0), *awaited(0, 0.1, 0.2)]
    )
    (finding,) = excuse_starved([judge_gate(RecoveryTime(), run)], run)
    assert (finding.code, finding.verdict) == ("not-recovered", verdict)


def test_a_run_that_lost_a_load_worker_is_not_done_again(evidence: Any) -> None:
    """A repeat with all workers would be green, and hide the loss."""
    lost = ComponentEnded(at=1.0, component="load worker", how="worker 7 ended by SIGKILL")
    late = [inconclusive("recovery-time", "late")]
    assert not machine_was_busy(late, evidence([], [*awaited(0.0, 0.2), lost]))
