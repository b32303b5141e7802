"""Starvation: late answers of an app that had no processor prove nothing, lost data does."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.starvation import excused, machine_was_busy, starved_share
from harness.core.events import ProcessorAwaited

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
    late, lost = failed("recovery-time", "late"), failed("no-acknowledged-write-lost", "lost")
    well = passed("answered-in-time", "well")
    starved = evidence([], awaited(0.0, 0.1, 0.2))
    assert excused([late, lost, well], starved) == (
        inconclusive("recovery-time", f"late{TOLD}"),
        lost,
        well,
    )
    calm = evidence([], awaited(0.0, 0.01, 0.02))
    assert excused([late, lost, well], calm) == (late, lost, well)


@pytest.mark.parametrize(
    ("findings", "samples", "busy"),
    [
        ([inconclusive("recovery-time", "late")], awaited(0.0, 0.2), True),
        ([inconclusive("generator-kept-up", "lagged")], awaited(0.0, 0.0), True),
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
