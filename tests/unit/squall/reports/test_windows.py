"""Figures of windows refuse thin samples; faults lie on one time axis."""

from __future__ import annotations

from typing import Any

from squall.core import events
from squall.reports.windows import (
    FaultSpan,
    WindowFigures,
    error_classes,
    fault_spans,
    lead_span,
    recovery_ms,
    start_of,
    window_figures,
)


def test_a_window_counts_what_was_meant_to_start_in_it(run: Any, make: Any) -> None:
    ops = [make.op(n) for n in range(100)] + [make.refusal(n) for n in range(100, 130)]
    during = window_figures(run(ops=ops).evidence, "during")
    assert during == WindowFigures(
        window="during", operations=30, good=0, p50_ms=5.0, p95_ms=None, p99_ms=None, slowest_ms=5.0
    )
    assert during.share == 0.0


def test_an_empty_window_has_no_share(run: Any) -> None:
    after = window_figures(run(ops=[]).evidence, "after")
    assert (after.share, after.slowest_ms) == (None, None)


def test_faults_are_counted_from_the_first_thing_that_was_seen(run: Any, evidence: Any) -> None:
    cut = FaultSpan(fault="network.refuse", begun=1.0, healed=2.0, bites=3, what="cuts")
    assert fault_spans(run().evidence) == [cut]
    late = [events.FaultInjected(at=12.0, step=0, fault="network.refuse", label="refuse")]
    unhealed = evidence([], [events.RunEnded(at=10.0), *late])
    assert start_of(unhealed) == 10.0
    assert fault_spans(unhealed) == [
        FaultSpan(fault="network.refuse", begun=2.0, healed=None, bites=0, what="")
    ]


def test_a_lead_lasts_until_the_fault(evidence: Any) -> None:
    delayed = events.StatementsDelayed(at=10.5, delay_ms=67)
    fault = events.FaultInjected(at=11.25, step=0, fault="app.crash", label="app.crash")
    begun = events.RunEnded(at=10.0)
    assert lead_span(evidence([], [begun, delayed, fault])) == (0.5, 1.25)
    assert lead_span(evidence([], [begun, fault])) is None
    assert lead_span(evidence([], [begun, delayed])) is None


def test_errors_are_classed_by_status_or_by_how_the_wait_ended(make: Any) -> None:
    cut = {"status": None, "error": "reset"}
    ops = [make.op(1), make.refusal(2), make.op(3, **cut), make.op(4, **cut)]
    assert error_classes(ops) == {"no answer: reset": 2, "HTTP 503": 1}


def test_recovery_is_what_the_gate_measured(run: Any, finding: Any) -> None:
    assert recovery_ms(run()) == 0.0
    assert recovery_ms(run(findings=[finding("availability")])) is None
