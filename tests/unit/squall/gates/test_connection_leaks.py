"""``connection-leaks``: sessions before the fault against those after the run."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import BackendsSampled, DatabaseLoad, ProcessorAwaited, RunEnded
from squall.diagnosis.diagnose import diagnose
from squall.gates.connection_leaks import ConnectionLeaks

NAME = "connection-leaks"


def sample(at: float, total: int, active: int = 0, stuck: int = 0) -> BackendsSampled:
    return BackendsSampled(
        at=at, total=total, active=active, idle=total - active - stuck, idle_in_transaction=stuck
    )


def judged(evidence: Any, make: Any, *samples: BackendsSampled) -> Any:
    return ConnectionLeaks().judge(evidence([], [*make.outage(), RunEnded(at=3.0), *samples]))


def test_sessions_that_came_back_pass(evidence: Any, make: Any, told: Any) -> None:
    """The busiest moment before counts, and what happens during the outage does not."""
    samples = [sample(0.2, 8), sample(0.5, 10), sample(0.9, 9), sample(1.5, 90), sample(3.1, 15)]
    assert judged(evidence, make, *samples) == told.passed(
        NAME, "15 sessions after the run, 10 before the fault", before=10, after=15, busy_after=0
    )


def test_sessions_that_stay_fail(evidence: Any, make: Any, told: Any) -> None:
    assert judged(evidence, make, sample(0.5, 10), sample(3.1, 16)) == told.failed(
        NAME,
        "16 sessions after the run, 10 before the fault",
        code="sessions-not-given-back",
        before=10,
        after=16,
        busy_after=0,
        unused=6,
    )


@pytest.mark.parametrize(("last", "verdict"), [(21, "pass"), (22, "fail")])
def test_a_pool_may_grow_to_its_declared_bound(
    evidence: Any, make: Any, last: int, verdict: str
) -> None:
    looks = [*make.outage(), RunEnded(at=3.0), sample(0.5, 4), sample(3.1, last)]
    whole = evidence([], looks)
    bounded = dataclasses.replace(
        whole, contract=dataclasses.replace(whole.contract, most_sessions=21)
    )
    assert ConnectionLeaks().judge(bounded).verdict == verdict
    assert ConnectionLeaks().judge(whole).verdict == "fail"


@pytest.mark.parametrize(("most", "verdict"), [(26, "pass"), (27, "fail")])
def test_a_pool_stays_within_its_declared_bound_where_a_gate_asks_for_it(
    evidence: Any, make: Any, told: Any, most: int, verdict: str
) -> None:
    looks = [*make.outage(), RunEnded(at=3.0), sample(0.5, 20), sample(1.5, most), sample(3.1, 20)]
    whole = evidence([], looks)
    bounded = dataclasses.replace(
        whole, contract=dataclasses.replace(whole.contract, most_sessions=21)
    )
    asked = ConnectionLeaks(times_declared=1.25)
    assert asked.judge(bounded).verdict == verdict
    assert asked.judge(whole).verdict == ConnectionLeaks().judge(bounded).verdict == "pass"
    if verdict == "fail":
        assert asked.judge(bounded) == told.failed(
            NAME, "27 sessions at once, where 21 are declared", code="sessions-beyond-bound",
            before=20, after=20, busy_after=0, most=27,
        )  # fmt: skip


@pytest.mark.parametrize("last", [sample(3.1, 9, stuck=2), sample(3.1, 9, active=1, stuck=1)])
def test_sessions_left_in_a_transaction_fail(
    evidence: Any, make: Any, told: Any, last: BackendsSampled
) -> None:
    assert judged(evidence, make, sample(0.5, 10), last) == told.failed(
        NAME,
        "2 of 9 sessions are still in a transaction, with nothing asked",
        code="sessions-left-in-transaction",
        before=10,
        after=9,
        busy_after=2,
    )


def test_only_the_last_look_counts(evidence: Any, make: Any) -> None:
    looks = [sample(0.5, 10), sample(3.0, 30, stuck=9), sample(3.2, 10)]
    assert judged(evidence, make, *looks).verdict == "pass"


@pytest.mark.parametrize("samples", [[], [sample(0.5, 9)], [sample(3.1, 9)], [sample(2.9, 9)]])
def test_what_was_not_counted_proves_nothing(
    evidence: Any, make: Any, told: Any, samples: list[BackendsSampled]
) -> None:
    assert judged(evidence, make, *samples) == told.inconclusive(
        NAME, "the sessions were not counted before and after the run"
    )


@pytest.mark.parametrize(
    ("stuck", "good", "limit", "code"),
    [
        (6, False, 0.5, "sessions-held-while-waiting"),
        (5, False, 0.5, "holds"),  # one has work to do
        (6, True, 0.5, "holds"),  # and all are served
        (6, False, None, "holds"),  # the outage is the database's
    ],
)
def test_sessions_that_are_held_while_requests_wait_for_an_upstream(
    evidence: Any, make: Any, *, stuck: int, good: bool, limit: float | None, code: str
) -> None:
    samples = [sample(0.5, 4), *(sample(1 + n / 10, 6, stuck=stuck) for n in range(1, 9))]
    changes = {} if good else {"status": 503}
    ops = [make.op(0), *(make.op(110 + n, **changes) for n in range(20))]
    happened = [*make.outage(), *samples, RunEnded(at=3.0), sample(3.1, 4)]
    run = evidence(ops, happened)
    found = ConnectionLeaks(held_seconds=limit).judge(run)
    assert found.code == code
    told = diagnose(run, [found])
    assert (told.code == "held-while-waiting") is (code != "holds")


@pytest.mark.parametrize(
    ("before", "during", "limit", "code"),
    [
        (0.0, [0.0, 0.15, 0.2], 0.1, "rows-locked-while-waiting"),
        (0.0, [0.0, 0.02, 0.2], 0.1, "holds"),  # one alone may be a late sample
        (0.15, [0.0, 0.15, 0.2], 0.1, "holds"),  # so it is without the fault
        (0.0, [0.0, 0.15, 0.2], None, "holds"),
    ],
)
def test_rows_that_are_locked_while_nothing_is_asked(
    evidence: Any, make: Any, before: float, during: list[float], limit: float | None, code: str
) -> None:
    held = [
        replace(sample(1.1 + n / 10, 4), locks_held_seconds=one) for n, one in enumerate(during)
    ]
    calm = replace(sample(0.5, 4), locks_held_seconds=before)
    happened = [*make.outage(), calm, *held, RunEnded(at=3.0), sample(3.1, 4)]
    run = evidence([make.op(0)], happened)
    found = ConnectionLeaks(locks_seconds=limit).judge(run)
    assert found.code == code
    told = diagnose(run, [found])
    assert (told.code == "held-while-waiting") is (code != "holds")


@pytest.mark.parametrize(
    ("waiting", "held", "limit", "code"),
    [
        ([1, 2, 1, 3], 0.2, 0.15, "requests-wait-for-locks"),
        ([1, 0, 1, 0], 0.2, 0.15, "holds"),  # for a moment, as requests for one row do
        ([1, 2, 1, 3], 0.05, 0.15, "holds"),  # nobody stands still
        ([0, 0, 0, 0], 0.9, 0.15, "holds"),  # a worker that locks its own rows
        ([1, 2, 1, 3], 0.2, None, "holds"),
    ],
)
def test_requests_do_not_wait_for_who_stands_still(
    evidence: Any, make: Any, waiting: list[int], held: float, limit: float | None, code: str
) -> None:
    during = [
        replace(sample(1.1 + n / 10, 4), locks_held_seconds=held, waiting_for_locks=one)
        for n, one in enumerate(waiting)
    ]
    happened = [*make.outage(), sample(0.5, 4), *during, RunEnded(at=3.0), sample(3.1, 4)]
    run = evidence([make.op(0)], happened)
    found = ConnectionLeaks(blocked_seconds=limit).judge(run)
    assert found.code == code
    assert (diagnose(run, [found]).code == "held-while-waiting") is (code != "holds")


@pytest.mark.parametrize(
    ("statements", "failed", "requests", "limit", "code"),
    [
        (4, 12, 12, 0.4, "sessions-idle-while-waiting"),
        (8, 12, 12, 0.4, "holds"),  # half of the ten work
        (4, 12, 10, 0.4, "holds"),  # no more requests than sessions
        (4, 1, 12, 0.4, "holds"),  # they are served, and may wait for something else
        (4, 12, 12, None, "holds"),
    ],
    ids=["idle", "at work", "no demand", "served", "no limit"],
)
def test_sessions_work_while_requests_wait(
    evidence: Any, make: Any, statements: int, failed: int, requests: int,
    limit: float | None, code: str,
) -> None:  # fmt: skip
    """Of ten sessions with statements of 60 ms, a sample of 0.1 s sees 16 if all of them work."""
    loads = [
        DatabaseLoad(at=1.0 + n / 10, statements=n * statements, connections=10) for n in range(8)
    ]
    ops = [make.op(n, at=0.9, done=1.9, status=503 if n < failed else 200) for n in range(requests)]
    happened = [*make.outage(), sample(0.95, 10), *loads, RunEnded(at=3.0), sample(3.1, 10)]
    run = evidence(ops, happened)
    found = ConnectionLeaks(working_share=limit).judge(run)
    assert found.code == code
    assert (diagnose(run, [found]).code == "held-while-waiting") is (code != "holds")


@pytest.mark.parametrize(
    ("last_starved", "verdict"), [(1.4, "fail"), (2.0, "inconclusive")], ids=["a part", "all of it"]
)
def test_only_want_of_cpu_in_all_of_the_outage_keeps_sessions_idle(
    evidence: Any, make: Any, last_starved: float, verdict: str
) -> None:
    loads = [DatabaseLoad(at=1.0 + n / 10, statements=n * 4, connections=10) for n in range(8)]
    ops = [make.op(n, at=0.9, done=1.9, status=503) for n in range(12)]
    awaited = [
        ProcessorAwaited(at=1.0 + n / 10, seconds=0.6 * (min(1.0 + n / 10, last_starved) - 1.0))
        for n in range(11)
    ]
    happened = [
        *make.outage(), sample(0.95, 10), *loads, *awaited, RunEnded(at=3.0), sample(3.1, 10)
    ]  # fmt: skip
    found = ConnectionLeaks(working_share=0.5).judge(evidence(ops, happened))
    assert (found.verdict, found.code) == (verdict, "sessions-idle-while-waiting")


def test_a_starved_app_is_slow_between_two_statements(evidence: Any, make: Any) -> None:
    held = [
        replace(sample(1.1 + n / 10, 4), locks_held_seconds=0.2, waiting_for_locks=1)
        for n in range(4)
    ]
    waits = [ProcessorAwaited(at=0.5 + n / 10, seconds=n / 10) for n in range(20)]
    happened = [*make.outage(), sample(0.5, 4), *held, *waits, RunEnded(at=3.0), sample(3.1, 4)]
    for gate in (ConnectionLeaks(locks_seconds=0.1), ConnectionLeaks(blocked_seconds=0.1)):
        found = gate.judge(evidence([make.op(0)], happened))
        assert (found.verdict, found.excused) == ("inconclusive", True)
