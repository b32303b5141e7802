"""When a run is followed by a probe of the app's sessions, and what the gate makes of it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from squall.core.clock import VirtualClock
from squall.core.events import BackendsSampled, CapacityProbed, Event, FaultInjected, RunEnded
from squall.gates.connection_leaks import ConnectionLeaks
from squall.history.evidence import Contract, Evidence
from squall.lab.capacity import count_unused, needs_probe

FAULT = FaultInjected(at=1.0, step=0, fault="network.stall", label="network.stall")


def sample(at: float, total: int, active: int = 0) -> BackendsSampled:
    return BackendsSampled(
        at=at, total=total, active=active, idle=total - active, idle_in_transaction=0
    )


@pytest.mark.parametrize(
    ("happened", "declared", "probed"),
    [
        ([sample(0.5, 4), FAULT, sample(3.0, 20)], None, True),
        ([sample(0.5, 4), FAULT, sample(3.0, 9)], None, False),
        ([sample(0.5, 4), FAULT, sample(3.0, 20)], 20, False),
        ([sample(0.5, 4), FAULT, sample(3.0, 21)], 20, True),
        ([sample(0.5, 4), FAULT, sample(3.0, 20, active=1)], None, False),
        ([FAULT, sample(3.0, 20)], None, False),
        ([sample(0.5, 4), sample(3.0, 20)], None, False),
    ],
    ids=["more", "few more", "declared", "beyond", "stuck", "not counted", "no fault"],
)
def test_only_a_number_that_needs_an_explanation_is_probed(
    happened: list[Event], declared: int | None, probed: bool
) -> None:
    contract = Contract(deadline_seconds=1.0, most_sessions=declared)
    assert needs_probe(happened, contract) is probed


@pytest.mark.parametrize(
    ("unused", "computing", "verdict", "code"),
    [
        (0, False, "pass", "holds"),
        (5, False, "pass", "holds"),
        (6, False, "fail", "sessions-not-given-back"),
        (6, True, "pass", "holds"),
    ],
)
def test_a_pool_that_fills_is_no_leak_and_sessions_that_stay_unused_are(
    unused: int, computing: bool, verdict: str, code: str
) -> None:
    """Twenty sessions where there were four; whether they are used decides."""
    probe = CapacityProbed(at=3.5, requests=30, sessions=20, unused=unused, computing=computing)
    run = Evidence(
        ops=(),
        events=[sample(0.5, 4), FAULT, RunEnded(at=2.9), sample(3.0, 20), probe],
        final_state=None,
        contract=Contract(deadline_seconds=1.0),
    )
    found = ConnectionLeaks().judge(run)
    assert (found.verdict, found.code) == (verdict, code)
    assert found.figures["unused"] == (0 if computing else unused)


def test_without_a_probe_the_number_decides(evidence: Any) -> None:
    events = [sample(0.5, 4), FAULT, RunEnded(at=2.9), sample(3.0, 20)]
    assert ConnectionLeaks().judge(evidence([], events)).verdict == "fail"


class SessionsSeen:
    """An observer that is asked several times."""

    def __init__(self, *unused: int) -> None:
        self.unused = list(unused)

    async def unused_sessions(self, _since: object) -> tuple[int, int]:
        return 40, self.unused.pop(0) if len(self.unused) > 1 else self.unused[0]


@pytest.mark.parametrize(
    ("seen", "counted"), [((8, 6, 1), 1), ((8, 8), 8), ((0,), 0)], ids=["late", "leaked", "used"]
)
async def test_a_session_that_is_used_a_moment_later_is_not_unused(
    seen: tuple[int, ...], counted: int
) -> None:
    clock = VirtualClock()
    observer = cast("Any", SessionsSeen(*seen))
    assert await count_unused(observer, clock, None) == (40, counted)
    assert clock.now() <= 1.0
