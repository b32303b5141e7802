"""``retry-storm``: what reaches the database for one request, against the time before the fault."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from squall.core.events import (
    BackendsSampled,
    DatabaseLoad,
    ProcessorAwaited,
    StatementsRefused,
)
from squall.gates.retry_storm import RetryStorm

NAME = "retry-storm"


def load(at: float, statements: int | None, connections: int) -> DatabaseLoad:
    return DatabaseLoad(at=at, statements=statements, connections=connections)


def run_of(
    evidence: Any, make: Any, *loads: DatabaseLoad, requests: tuple[int, int] = (50, 50)
) -> Any:
    """So many requests within the second before the fault at 1 s, and from then to 2 s."""
    before, since = requests
    ops = [make.op(n, at=0.5 + n * 0.005) for n in range(before)]
    ops += [make.op(100 + n, at=1.2 + n * 0.005) for n in range(since)]
    return evidence(ops, [*make.outage(1.0, 2.0), *loads])


@pytest.mark.parametrize(
    ("last", "times", "each"),
    [((200, 5), 1.0, 0.0), ((500, 55), 4.0, 1.0), ((100, 305), 0.0, 6.0)],
    ids=["as before", "at the limit of statements", "at the limit of connections"],
)
def test_load_in_proportion_passes(
    evidence: Any, make: Any, told: Any, last: tuple[int, int], times: float, each: float
) -> None:
    run = run_of(evidence, make, load(0.1, 0, 5), load(1.0, 100, 5), load(2.0, *last))
    assert RetryStorm().judge(run) == told.passed(
        NAME,
        f"{each:.2f} connections a request since the fault,"
        f" {times:.2f} times the statements a request as before",
        connections_each=each,
        statements_times=times,
    )


@pytest.mark.parametrize(
    ("last", "times", "each", "beyond"),
    [
        ((501, 5), 4.01, 0.0, "4.01 times, limit 4"),
        ((200, 306), 1.0, 6.02, "6.02 connections, limit 6"),
        ((900, 905), 8.0, 18.0, "18 connections, limit 6; 8 times, limit 4"),
    ],
    ids=["statements", "connections", "both"],
)
def test_load_out_of_proportion_fails(
    evidence: Any,
    make: Any,
    told: Any,
    last: tuple[int, int],
    times: float,
    each: float,
    beyond: str,
) -> None:
    run = run_of(evidence, make, load(0.1, 0, 5), load(1.0, 100, 5), load(2.0, *last))
    assert RetryStorm().judge(run) == told.failed(
        NAME,
        f"{each:.2f} connections a request since the fault,"
        f" {times:.2f} times the statements a request as before ({beyond})",
        code="too-many-statements" if "times" in beyond else "too-many-connections",
        connections_each=each,
        statements_times=times,
    )


def test_connections_that_were_opened_in_calm_are_told_as_well(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make, load(0.1, 0, 5), load(1.0, 100, 20), load(2.0, 200, 40))
    figures = RetryStorm(connections_each=0.2).judge(run).figures
    assert figures["connections_each"] == 0.4
    assert figures["connections_each_before"] == round(15 / 50, 2)


def test_a_limit_that_is_none_asks_nothing(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make, load(0.1, 0, 5), load(1.0, 100, 5), load(2.0, 900, 905))
    assert RetryStorm(statements_times=None, connections_each=None).judge(run).verdict == "pass"
    assert RetryStorm(statements_times=None).judge(run).verdict == "fail"
    assert RetryStorm(connections_each=None).judge(run).verdict == "fail"


def test_more_callers_are_no_storm(evidence: Any, make: Any) -> None:
    """The load is measured against what was asked, not against the clock."""
    loads = (load(0.1, 0, 5), load(1.0, 80, 5), load(2.0, 400, 5))
    finding = RetryStorm().judge(run_of(evidence, make, *loads, requests=(40, 160)))
    assert finding.figures["statements_times"] == 1.0


def test_an_engine_that_reads_no_statements_still_counts_connections(
    evidence: Any, make: Any, told: Any
) -> None:
    loads = (load(0.1, None, 5), load(1.0, None, 5), load(2.0, None, 505))
    assert RetryStorm().judge(run_of(evidence, make, *loads)) == told.failed(
        NAME,
        "10.00 connections a request since the fault (10 connections, limit 6)",
        code="too-many-connections",
        connections_each=10.0,
    )


@pytest.mark.parametrize(
    ("loads", "requests", "reason"),
    [
        ((), (50, 50), "the load on the database was not counted"),
        (((1.0, 9), (2.0, 9)), (50, 50), "the load on the database was not counted"),
        (((0.1, 0), (0.9, 9)), (50, 50), "the load on the database was not counted"),
        (
            ((0.1, 0), (1.0, 9), (2.0, 99)),
            (39, 50),
            "only 39 requests before and 50 since the fault",
        ),
        (
            ((0.1, 0), (1.0, 9), (2.0, 99)),
            (50, 39),
            "only 50 requests before and 39 since the fault",
        ),
    ],
)
def test_what_cannot_be_counted_is_told_and_nothing_else_claimed(
    evidence: Any, make: Any, told: Any, loads: Any, requests: tuple[int, int], reason: str
) -> None:
    read = [load(at, statements, 5) for at, statements in loads]
    run = run_of(evidence, make, *read, requests=requests)
    assert RetryStorm().judge(run) == told.passed(NAME, reason)


@pytest.mark.parametrize(("sessions", "each"), [(21, 1.0), (11, 0.8), (0, 0.58)])
def test_a_pool_that_was_not_full_may_fill_up(
    evidence: Any, make: Any, sessions: int, each: float
) -> None:
    run = run_of(evidence, make, load(0.1, 0, 5), load(1.0, 100, 5), load(2.0, 200, 55))
    seen = BackendsSampled(at=0.9, total=sessions, active=0, idle=sessions, idle_in_transaction=0)
    bounded = dataclasses.replace(
        run,
        events=[*run.events, seen],
        contract=dataclasses.replace(run.contract, most_sessions=21),
    )
    assert RetryStorm().judge(bounded).figures["connections_each"] == each
    undeclared = dataclasses.replace(bounded, contract=run.contract)
    assert RetryStorm().judge(undeclared).figures["connections_each"] == 1.0


@pytest.mark.parametrize(
    ("last", "verdict"),
    [((200, 306), "inconclusive"), ((501, 5), "fail"), ((900, 905), "fail"), ((200, 5), "pass")],
    ids=["connections", "statements", "both", "neither"],
)
def test_new_connections_of_a_starved_app_prove_nothing_and_repeated_statements_do(
    evidence: Any, make: Any, last: tuple[int, int], verdict: str
) -> None:
    starved = [ProcessorAwaited(at=1 + n / 10, seconds=n / 10) for n in range(5)]
    loads = (load(0.1, 0, 5), load(1.0, 100, 5), load(2.0, *last))
    run = run_of(evidence, make, *loads)
    run = dataclasses.replace(run, events=(*run.events, *starved))
    finding = RetryStorm().judge(run)
    assert finding.verdict == verdict
    assert ("a busy machine" in finding.reason) == (verdict == "inconclusive")
    assert finding.excused == (verdict == "inconclusive")


@pytest.mark.parametrize(
    ("bites", "failed", "fault", "limit", "code"),
    [
        (40, 20, "wire.error_reply", 1.3, "repeated-in-vain"),
        (26, 20, "wire.error_reply", 1.3, "holds"),
        (40, 20, "wire.error_reply", None, "holds"),
        (40, 20, "network.refuse", 1.3, "holds"),
        (20, 6, "wire.error_reply", 1.3, "repeated-in-vain"),  # and the third attempt succeeds
        (20, 0, "wire.error_reply", 1.3, "repeated-in-vain"),
        (14, 5, "wire.error_reply", 1.3, "holds"),
    ],
)
def test_what_cannot_succeed_is_not_repeated_at_once(
    evidence: Any, make: Any, bites: int, failed: int, fault: str, limit: float | None, code: str
) -> None:
    injected, healed = make.outage(1.0, 2.0)
    healed = dataclasses.replace(healed, fault=fault, bites=bites)
    ops = [make.refusal(n, at=1.2 + n * 0.01, effect="write") for n in range(failed)]
    found = RetryStorm(errors_each=limit).judge(evidence(ops, [injected, healed]))
    assert found.code == code, found.reason


@pytest.mark.parametrize(
    ("refused", "failed", "sessions", "limit", "code"),
    [
        (220, 20, 20, 4.0, "too-many-logins"),
        (100, 20, 20, 4.0, "holds"),  # each request tried four times, and the pool once
        (40, 20, 0, 4.0, "holds"),  # each request tried once again
        (220, 20, 20, None, "holds"),
        (34, 1, 20, 4.0, "holds"),  # what fills a pool in the background
    ],
    ids=["ten times", "at the limit", "once again", "no limit", "few"],
)
def test_a_refused_login_is_not_tried_again_and_again(
    evidence: Any,
    make: Any,
    refused: int,
    failed: int,
    sessions: int,
    limit: float | None,
    code: str,
) -> None:
    injected, healed = make.outage(1.0, 2.0)
    healed = dataclasses.replace(healed, fault="wire.refuse_startup", bites=refused)
    before = BackendsSampled(at=0.5, total=sessions, active=0, idle=sessions, idle_in_transaction=0)
    ops = [make.refusal(n, at=1.2 + n * 0.01, effect="read") for n in range(failed)]
    found = RetryStorm(logins_each=limit).judge(evidence(ops, [before, injected, healed]))
    assert found.code == code, found.reason


def test_a_fault_that_fails_nothing_is_counted_until_its_heal(evidence: Any, make: Any) -> None:
    """Requests that are sent again while they are slow, and are quick when the fault is gone."""
    loads = [load(0.1, 0, 5), load(1.0, 100, 5), load(1.9, 550, 5), load(3.0, 710, 5)]
    run = run_of(evidence, make, *loads, requests=(50, 300))
    assert RetryStorm(statements_times=1.4).judge(run).code == "holds"
    assert RetryStorm(statements_times=1.4, until_the_heal=True).judge(run).code != "holds"


@pytest.mark.parametrize(
    ("before", "during", "code"),
    [(0, 5, "repeated-in-a-failed-transaction"), (0, 4, "holds"), (1, 50, "holds")],
    ids=["in the outage", "an error path", "without a fault, too"],
)
def test_nothing_is_repeated_in_a_transaction_that_has_failed(
    evidence: Any, make: Any, before: int, during: int, code: str
) -> None:
    counted = StatementsRefused(at=2.5, why="aborted", before=before, during=during)
    run = evidence([make.op(1)], [*make.outage(1.0, 2.0), counted])
    assert RetryStorm().judge(run).code == code
