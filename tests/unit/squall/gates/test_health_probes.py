"""``health-probes``: liveness knows no database, readiness tells the truth, both at once."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import ProbeSampled, ProcessorAwaited
from squall.gates.health_probes import PROBES, HealthProbes
from squall.gates.starvation import excuse_starved
from squall.gates.verdict import judge_gate

NAME = "health-probes"


def probe(
    at: float, name: str = "ready", status: int | None = 200, seconds: float = 0.01, **more: bool
) -> ProbeSampled:
    return ProbeSampled(
        at=at, probe=name, status=status, seconds=seconds, app_meant_down=more.get("down", False)
    )


def refused(make: Any, start: float, end: float, count: int = 21) -> list[Any]:
    """So many refusals, evenly, the first and the last answered at these times."""
    step = (end - start) / (count - 1)
    return [
        make.refusal(n, at=start + n * step - 0.005, done=start + n * step) for n in range(count)
    ]


def test_probes_that_tell_the_truth_pass(evidence: Any, make: Any, told: Any) -> None:
    asked = [
        probe(0.5, "live"),
        probe(0.5),
        probe(1.5, "live", seconds=0.04),
        probe(1.5, status=503),
        probe(2.5),
    ]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked])
    assert HealthProbes().judge(run) == told.passed(
        NAME, "5 probes told the truth, slowest 40 ms", asked=5, slowest_ms=40.0
    )


@pytest.mark.parametrize(("status", "said"), [(503, "status 503"), (None, "no answer")])
def test_a_liveness_that_needs_the_database_fails(
    evidence: Any, make: Any, told: Any, status: int | None, said: str
) -> None:
    asked = [probe(0.5, "live"), probe(1.2, "live", status), probe(1.4, "live", 500)]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked])
    assert HealthProbes().judge(run) == told.failed(
        NAME,
        f"liveness said {said} in 2 of 3 probes: a restart fixes no outage",
        code="liveness-failed",
        asked=3,
        slowest_ms=10.0,
    )


@pytest.mark.parametrize("name", ["live", "ready"])
def test_a_probe_that_hangs_fails(evidence: Any, make: Any, told: Any, name: str) -> None:
    asked = [
        probe(1.2, name, seconds=0.5),
        probe(1.4, name, seconds=0.501),
        probe(1.6, name, seconds=0.9),
    ]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked])
    assert HealthProbes().judge(run) == told.failed(
        NAME,
        f"{name} took 900 ms to answer, limit 500 ms; 2 probes were late",
        code={"live": "liveness-late", "ready": "readiness-late"}[name],
        asked=3,
        slowest_ms=900.0,
    )


def test_ready_while_nobody_is_served_is_a_lie(evidence: Any, make: Any, told: Any) -> None:
    run = evidence(refused(make, 1.0, 2.0), [*make.outage(), probe(1.3), probe(1.8)])
    assert HealthProbes().judge(run) == told.failed(
        NAME,
        "readiness said ready for 1.0 s in which none of 21 requests was served",
        code="readiness-lied",
        asked=2,
        slowest_ms=10.0,
    )


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        ("it said so once", [probe(1.3), probe(1.5, status=503), probe(1.8)]),
        ("one was served", [probe(1.3), probe(1.8)]),
        ("not for so long", [probe(1.3), probe(1.8)]),
        ("too few requests", [probe(1.3), probe(1.8)]),
        ("nobody asked meanwhile", [probe(0.9), probe(2.1)]),
    ],
)
def test_it_is_no_lie_when(evidence: Any, make: Any, case: str, asked: list[ProbeSampled]) -> None:
    end, count = {"not for so long": (1.9, 21), "too few requests": (2.0, 19)}.get(case, (2.0, 21))
    ops = refused(make, 1.0, end, count)
    if case == "one was served":
        ops.append(make.op(99, at=1.5))
    ops.append(make.op(100, at=2.5))
    run = evidence(ops, [*make.outage(), *asked, probe(2.6)])
    assert HealthProbes().judge(run).verdict == "pass"


@pytest.mark.parametrize(("waits", "verdict"), [((0.3, 0.0), "fail"), ((0.3, 0.5), "inconclusive")])
def test_half_a_second_without_a_processor_does_not_excuse_a_second_of_not_ready(
    evidence: Any, make: Any, waits: tuple[float, float], verdict: str
) -> None:
    """The outage of ``make`` heals at 2.0; the last probe is at 3.2."""
    asked = [probe(0.5), probe(2.2, status=503), probe(3.2, status=503)]
    awaited = [
        ProcessorAwaited(at=2.0, seconds=0.0),
        ProcessorAwaited(at=2.5, seconds=waits[0]),
        ProcessorAwaited(at=3.2, seconds=sum(waits)),
    ]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked, *awaited])
    (found,) = excuse_starved([judge_gate(HealthProbes(), run)], run)
    assert (found.code, found.verdict.value) == ("readiness-not-restored", verdict)


def test_a_readiness_that_never_comes_back_fails(evidence: Any, make: Any, told: Any) -> None:
    asked = [probe(0.5), probe(2.2), probe(2.9, status=503), probe(3.0, "live")]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked])
    assert HealthProbes().judge(run) == told.failed(
        NAME,
        "readiness still says 503 at the end of the run",
        code="readiness-not-restored",
        asked=4,
        slowest_ms=10.0,
    )


def test_a_process_that_a_fault_ended_need_not_answer(evidence: Any, make: Any, told: Any) -> None:
    asked = [
        probe(0.5),
        probe(1.2, "live", None, 2.0, down=True),
        probe(1.4, "ready", None, 2.0, down=True),
        probe(2.5),
    ]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked])
    assert HealthProbes().judge(run) == told.passed(
        NAME, "2 probes told the truth, slowest 10 ms", asked=2, slowest_ms=10.0
    )


def test_an_app_without_probes_has_none_that_lie(evidence: Any, told: Any) -> None:
    expected = told.not_judged(NAME, "no probe is declared", configure=PROBES)
    assert HealthProbes().judge(evidence([])) == expected


def test_a_run_that_ends_with_the_heal_proves_nothing(evidence: Any, make: Any, told: Any) -> None:
    run = evidence([make.op(1)], [*make.outage(), probe(0.5), probe(2.2)])
    assert HealthProbes().judge(run) == told.inconclusive(
        NAME, "nothing was asked after the heal", asked=2, slowest_ms=10.0
    )


@pytest.mark.parametrize(
    ("share", "no", "bad", "code"),
    [
        (0.5, 4, 10, "not-ready-though-it-serves"),
        (0.5, 4, 60, "holds"),  # it serves few
        (0.5, 1, 10, "holds"),  # a probe by chance
        (None, 4, 10, "holds"),
    ],
)
def test_a_service_that_serves_is_ready(
    evidence: Any, make: Any, share: float | None, no: int, bad: int, code: str
) -> None:
    asked = [probe(1.1 + n / 10, status=503 if n < no else 200) for n in range(8)]
    ops = [make.op(n) for n in range(100, 190 - bad)]
    ops += [make.refusal(n) for n in range(190 - bad, 190)]
    happened = [*make.outage(), *asked, probe(2.5)]
    run = evidence([*ops, make.op(250)], happened)
    assert HealthProbes(serving_share=share).judge(run).code == code


@pytest.mark.parametrize(("status", "in_kind"), [(503, True), (None, False)])
def test_liveness_that_says_no_is_wrong_on_a_busy_machine_too(
    evidence: Any, make: Any, status: int | None, in_kind: bool
) -> None:
    asked = [probe(0.5, "live"), *(probe(1.2 + n / 10, "live", status) for n in range(3))]
    run = evidence([make.op(1, at=2.5)], [*make.outage(), *asked])
    assert HealthProbes().judge(run).in_kind is in_kind


@pytest.mark.parametrize(
    ("copies", "code"), [(False, "not-ready-though-it-serves"), (True, "holds")]
)
def test_a_service_that_serves_all_reads_is_ready(
    evidence: Any, make: Any, copies: bool, code: str
) -> None:
    """The disk is full, so more than half of the requests fail, all of them writes."""
    asked = [probe(1.1 + n / 10, status=503) for n in range(8)]
    ops = [make.op(n, copy=copies) for n in range(100, 130)]
    ops += [make.write(n, status=503) for n in range(130, 190)]
    run = evidence([*ops, make.op(250)], [*make.outage(), *asked, probe(2.5)])
    assert HealthProbes(serving_share=0.5).judge(run).code == code
