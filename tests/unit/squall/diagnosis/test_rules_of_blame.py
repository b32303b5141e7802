"""Refusals that outlast the outage because callers or a probe are blamed for it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import BackendsSampled, FaultHealed, FaultInjected, RestSampled
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates.connection_leaks import IN_TRANSACTION
from squall.gates.findings import failed
from squall.gates.recovery_time import NEVER

LATE = failed("recovery-time", "not recovered", code=NEVER)
OUTAGE = [
    FaultInjected(at=1.0, step=0, fault="wire.hold", label="hold", effect="errors"),
    FaultHealed(at=2.0, step=0, fault="wire.hold", bites=3, what="statements"),
]


def later(make: Any, *statuses: int, path: str = "/items/1") -> list[Any]:
    return [
        (make.op if status < 400 else make.refusal)(
            250 + 2 * place, status=status, request=f"GET {path}"
        )
        for place, status in enumerate(statuses)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "early", "code"),
    [(429, 200, "blocked-callers"), (503, 200, "not-recovered"), (429, 429, "not-recovered")],
    ids=["blocked", "refused honestly", "a limit of the load"],
)
def test_callers_who_are_blocked_for_errors_of_the_server(
    evidence: Any, make: Any, status: int, early: int, code: str
) -> None:
    before = make.op(10, status=early)
    run = evidence([before, *later(make, *[status] * 20)], OUTAGE)
    found = diagnose(run, [LATE])
    assert found.code == code
    assert (found.remedy == remedies.COUNT_OUTAGES) is (code == "blocked-callers")


@pytest.mark.parametrize(
    ("probe", "items", "alone"),
    [(503, 200, True), (503, 503, False), (200, 503, False)],
    ids=["the probe alone", "all", "not the probe"],
)
def test_a_probe_that_asks_what_nobody_else_uses(
    evidence: Any, make: Any, probe: int, items: int, alone: bool
) -> None:
    asked = later(make, *[probe] * 12, path="/readyz")
    others = later(make, *[items] * 24, path="/items/1")
    live = later(make, *[200] * 6, path="/livez")
    found = diagnose(evidence([*asked, *others, *live], OUTAGE), [LATE])
    assert (found.code == "probe-left-behind") is alone


def resting(moment: str, threads: int) -> RestSampled:
    return RestSampled(
        at=0.1 if moment == "before" else 9.0, moment=moment, sessions=6, advisory_locks=0,
        listeners=0, temporary_tables=0, aborted=0, descriptors=20, threads=threads,
        memory_bytes=1, log_bytes=0, settings={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("threads", "held", "active", "waits"),
    [(20, 5, 0, True), (5, 5, 0, False), (20, 1, 0, False), (20, 5, 2, False)],
    ids=["threads", "an event loop", "free connections", "a busy database"],
)
def test_threads_that_wait_for_a_connection_that_waits_for_a_thread(
    evidence: Any, make: Any, threads: int, held: int, active: int, waits: bool
) -> None:
    samples = [
        BackendsSampled(at=2.5 + place / 10, total=6, active=active, idle=6 - held - active,
                        idle_in_transaction=held, locks_held_seconds=0.0, waiting_for_locks=0)
        for place in range(10)
    ]  # fmt: skip
    rest = [resting("before", threads), resting("after", threads)]
    run = evidence(later(make, *[503] * 60), [*OUTAGE, *samples, *rest])
    assert (diagnose(run, [LATE]).code == "threads-wait") is waits


@pytest.mark.parametrize(
    ("early", "code"),
    [(200, "threads-wait"), (500, "leaked-connection")],
    ids=["served until all stood still", "each failed and left its connection"],
)
def test_an_app_that_stands_still_a_while_after_the_heal(
    evidence: Any, make: Any, early: int, code: str
) -> None:
    still = [
        BackendsSampled(at=2.4 + place / 10, total=6, active=0, idle=0 if place > 4 else 6,
                        idle_in_transaction=6 if place > 4 else 0, locks_held_seconds=0.0,
                        waiting_for_locks=0)
        for place in range(12)
    ]  # fmt: skip
    never = [make.op(300 + n, status=None, error="timeout") for n in range(20)]
    rest = [resting("before", 40), resting("after", 40)]
    run = evidence([*later(make, *[early] * 12), *never], [*OUTAGE, *still, *rest])
    figures = {"busy_after": 6.0, "before": 6.0, "after": 6.0}
    leak = failed("connection-leaks", "6 of 6", figures, code=IN_TRANSACTION)
    found = diagnose(run, [leak])
    assert found.code == code
