"""An overloaded app does as much as before when it refuses what is too much."""

from __future__ import annotations

from typing import Any

import pytest
from squall import UsageError
from squall.core.events import DatabaseLoad, ProcessorAwaited
from squall.gates.availability import Availability
from squall.gates.idle_while_refusing import idle_while_refusing

HEALED = 4.0


def overloaded(
    evidence: Any,
    make: Any,
    *,
    later: int,
    refused: int = 90,
    copies: bool = False,
    awaited: float = 0.0,
) -> Any:
    """From 1 s on, 13 statements in each tenth; from 2 s on, with the refusals, so many."""
    counted, loads = 0, []
    for tick in range(10, 41):
        loads.append(DatabaseLoad(at=tick / 10, statements=counted, connections=20))
        counted += 13 if tick < 20 else later
    waits = [ProcessorAwaited(at=n / 10, seconds=n / 10 * awaited) for n in range(41)]
    calm = [make.op(1000 + n, at=0.5, effect="read", key=None) for n in range(10)]
    served = [make.op(n, at=1.0 + n / 40, done=1.1 + n / 40) for n in range(100)]
    at = [2.0 + n / 50 for n in range(refused)]
    if copies:
        shed = [make.op(200 + n, at=when, done=when + 0.01, effect="read", key=None, copy=True)
                for n, when in enumerate(at)]  # fmt: skip
    else:
        shed = [make.refusal(200 + n, at=when, done=when + 0.01) for n, when in enumerate(at)]
    return evidence([*calm, *served, *shed], [*make.outage(1.0, HEALED), *loads, *waits])


GATE = Availability(work_kept=0.5)


@pytest.mark.parametrize("copies", [False, True])
def test_places_that_stand_idle_while_requests_are_refused_fail(
    evidence: Any, make: Any, copies: bool
) -> None:
    found = GATE.judge(overloaded(evidence, make, later=2, copies=copies))
    assert (found.verdict, found.code) == ("fail", "idle-while-it-refuses")
    assert found.reason == (
        "20 statements a second since the first refusals, and 130 before them, while 90 requests"
        " were refused"
    )
    assert found.figures == {"work_kept": 0.154, "work_kept_min": 0.5}
    assert found.in_kind


def test_half_of_the_work_may_be_the_machines_fault(evidence: Any, make: Any) -> None:
    found = GATE.judge(overloaded(evidence, make, later=6))
    assert (found.code, found.in_kind) == ("idle-while-it-refuses", False)


def test_an_app_that_works_on_passes(evidence: Any, make: Any) -> None:
    assert GATE.judge(overloaded(evidence, make, later=12)).verdict == "pass"


@pytest.mark.parametrize(("awaited", "in_kind"), [(0.6, True), (0.9, False)])
def test_want_of_a_processor_explains_as_much_as_there_was(
    evidence: Any, make: Any, awaited: float, in_kind: bool
) -> None:
    found = GATE.judge(overloaded(evidence, make, later=2, awaited=awaited))
    assert (found.code, found.in_kind) == ("idle-while-it-refuses", in_kind)


def test_it_is_a_limit_that_is_asked_for(evidence: Any, make: Any) -> None:
    assert Availability().judge(overloaded(evidence, make, later=2)).verdict == "pass"
    with pytest.raises(UsageError, match="work_kept must be from 0 to 1, got 50"):
        Availability(work_kept=50)


@pytest.mark.parametrize("refused", [0, 39])
def test_few_refusals_prove_nothing(evidence: Any, make: Any, refused: int) -> None:
    assert idle_while_refusing(overloaded(evidence, make, later=2, refused=refused)) is None


def test_without_counts_nothing_is_known(evidence: Any, make: Any) -> None:
    refused = [make.refusal(n, at=2.0 + n / 50) for n in range(90)]
    assert idle_while_refusing(evidence(refused, make.outage(1.0, HEALED))) is None
