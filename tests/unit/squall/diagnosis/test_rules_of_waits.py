"""Requests that wait for each other's connections, told apart from slow and from lost ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import squall_faults as faults
from squall.core.events import BackendsSampled, FaultHealed, FaultInjected, StatementsRefused
from squall.diagnosis.diagnose import diagnose
from squall.gates.findings import failed
from squall.gates.verdict import Verdict
from squall.history.op import Outcome

LATE = failed("answered-in-time", "2 of 9 took longer than 3 s")


def happened(fault: str, active: int) -> list[Any]:
    effect = faults.entry(fault).effect.value
    samples = [
        BackendsSampled(at=at / 10, total=10, active=active if at > 20 else 1, idle=9,
                        idle_in_transaction=0)
        for at in range(9, 60)
    ]  # fmt: skip
    return [
        FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect=effect),
        FaultHealed(at=2.0, step=0, fault=fault, bites=3, what="statements delayed"),
        *samples,
    ]


def hung(make: Any, number: int, **changes: Any) -> Any:
    given = {"status": None, "error": "timeout", "outcome": Outcome.UNKNOWN, "name": "checked"}
    return make.op(number, **{**given, "done": number * 0.01 + 4.0, **changes})


def code_of(evidence: Any, make: Any, fault: str, *, active: int = 0, more: Any = ()) -> str:
    ops = [make.op(0), hung(make, 150), hung(make, 160), *more]
    return diagnose(evidence(ops, happened(fault, active)), [LATE]).code


def test_requests_that_hold_one_and_wait_for_another_are_named(evidence: Any, make: Any) -> None:
    ops = [make.op(0), hung(make, 150), hung(make, 160)]
    found = diagnose(evidence(ops, happened("wire.delay_statement", 0)), [LATE])
    assert found.reason == (
        "2 requests of checked never got an answer, while no statement failed and the database had"
        " nothing to do: a request holds one connection of the pool (10 are open) and waits for"
        " another one"
    )
    assert found.code == "hold-and-wait"
    assert found.remedy is not None
    assert found.remedy.key == "one-connection-for-each-request"


@pytest.mark.parametrize("fault", ["wire.delay_statement", "client.load_spike"])
def test_no_statement_has_to_fail_for_it(evidence: Any, make: Any, fault: str) -> None:
    assert code_of(evidence, make, fault) == "hold-and-wait"


@pytest.mark.parametrize("fault", ["wire.error_reply", "network.stall", "database.crash"])
def test_after_an_error_or_a_silence_the_wait_has_another_cause(
    evidence: Any, make: Any, fault: str
) -> None:
    assert code_of(evidence, make, fault) == "silence"


@pytest.mark.parametrize(("number", "code"), [(1, "silence"), (4, "deadlocked"), (0, "silence")])
def test_requests_that_wait_in_a_ring_are_told_by_the_server(
    evidence: Any, make: Any, number: int, code: str
) -> None:
    told = StatementsRefused(at=3.0, why="deadlocked", before=2, during=number)
    ops = [make.op(0), hung(make, 150), hung(make, 160)]
    found = diagnose(evidence(ops, [*happened("network.latency", 3), told]), [LATE])
    assert found.code == code
    if number > 1:
        assert found.reason == (
            "transactions waited for each other's rows, and the server ended 4 of them (deadlock"
            " detected): rows are locked in the order of the callers; 2 of 9 took longer than 3 s"
        )


def test_a_database_that_still_works_is_waited_for(evidence: Any, make: Any) -> None:
    assert code_of(evidence, make, "wire.delay_statement", active=3) == "silence"


def test_an_app_that_answers_errors_may_have_lost_its_connections_there(
    evidence: Any, make: Any
) -> None:
    more = [make.refusal(155)]
    assert code_of(evidence, make, "wire.delay_statement", more=more) == "silence"


@pytest.mark.parametrize(("active", "code"), [(0, "hold-and-wait"), (3, "not-steady")])
def test_many_requests_at_once_are_enough_for_it(
    evidence: Any, make: Any, active: int, code: str
) -> None:
    samples = [event for event in happened("wire.delay_statement", active) if event.at > 2]
    ill = failed("steady-state", "without any fault, 2 of 2 requests failed")
    found = diagnose(evidence([hung(make, 50), hung(make, 60)], samples), [LATE, ill])
    assert found.code == code
    assert found.reason.endswith(", or some were never given back") == (active == 0)


@pytest.mark.parametrize(
    ("gap", "active", "fault", "code"),
    [
        (0.2, 1, "wire.delay_statement", "blocked-event-loop"),
        (0.02, 1, "wire.delay_statement", "wrong-probe"),  # others go on: the probe asks, too
        (0.02, 0, "wire.error_reply", "blocked-event-loop"),  # it sleeps before it repeats
        (0.02, 4, "wire.error_reply", "wrong-probe"),
        (0.2, 0, "network.stall", "wrong-probe"),  # nobody can tell
    ],
)
def test_a_blocked_event_loop_is_told_from_a_probe_that_asks_the_database(
    evidence: Any, make: Any, gap: float, active: int, fault: str, code: str
) -> None:
    late = failed("health-probes", "live took 900 ms to answer", code="liveness-late")
    ops = [make.op(102 + n, at=1.02, done=1.21 + n * gap) for n in range(8)]
    found = diagnose(evidence(ops, happened(fault, active)), [late])
    assert found.code == code
    assert found.remedy is not None
    assert (found.remedy.key == "keep-the-event-loop-free") == code.startswith("blocked")


@pytest.mark.parametrize(
    ("sessions", "fault", "code"),
    [
        (1, "network.stall", "blocked-event-loop"),
        (1, "wire.delay_statement", "blocked-event-loop"),
        (2, "network.stall", "wrong-probe"),  # the probe asks the database, too
        (1, "database.crash", "wrong-probe"),
    ],
)
def test_a_driver_that_blocks_the_loop_never_needs_a_second_session(
    evidence: Any, make: Any, sessions: int, fault: str, code: str
) -> None:
    late = failed("health-probes", "no answer in 4 of 11 probes", code="liveness-failed")
    ops = [make.op(102 + n, at=1.02, done=1.21 + n * 0.02) for n in range(8)]
    seen = [
        replace(event, total=sessions) if isinstance(event, BackendsSampled) else event
        for event in happened(fault, 0)
    ]
    assert diagnose(evidence(ops, seen), [late]).code == code


@pytest.mark.parametrize(
    ("active", "seconds", "fault", "blocked"),
    [
        (1, 1.4, "database.lock_table", True),
        (1, 1.4, "wire.delay_statement", True),
        (2, 1.4, "database.lock_table", False),  # threads wait, each with a statement
        (1, 0.1, "database.lock_table", False),  # one lock around all writes
        (1, 1.4, "database.crash", False),
    ],
)
def test_what_needs_no_database_stands_in_for_a_probe(
    evidence: Any, make: Any, active: int, seconds: float, fault: str, *, blocked: bool
) -> None:
    free = [
        make.op(102 + n, at=1.1, done=1.1 + seconds, name="version", effect="read")
        for n in range(4)
    ]
    run = evidence([*free, *(hung(make, 150 + n) for n in range(6))], happened(fault, active))
    contract = replace(run.contract, without_statements=frozenset({"version"}))
    found = diagnose(replace(run, contract=contract), [LATE])
    assert (found.code == "blocked-event-loop") == blocked
    assert not blocked or found.reason.startswith(
        "a call blocks the event loop: version, which needs no database, took up to 1.4 s, while of"
    )


@pytest.mark.parametrize(("held", "code"), [(10, "hold-and-wait-in-vain"), (4, "not-recovered")])
def test_requests_that_give_up_waiting_for_each_other(
    evidence: Any, make: Any, held: int, code: str
) -> None:
    """As above, with a limit for the wait: each is refused, and the next one takes its place."""
    refused = [
        make.op(200 + number, status=503, sent=number * 0.1 + 2, done=number * 0.1 + 3)
        for number in range(20)
    ]
    samples = [
        BackendsSampled(at=at / 10, total=10, active=0, idle=10 - held, idle_in_transaction=held)
        for at in range(20, 60)
    ]
    events = [*happened("client.load_spike", 0)[:2], *samples]
    never = failed("recovery-time", "not recovered", code="not-recovered")
    assert diagnose(evidence([make.op(0), *refused], events), [never]).code == code


@pytest.mark.parametrize(("answered", "told"), [(False, True), (True, False)])
def test_a_process_that_answers_nothing_any_more_stands_still(
    evidence: Any, make: Any, answered: bool, told: bool
) -> None:
    """Whatever else is missing then, such as its pollers, is a symptom."""
    ops = [make.op(0), *(hung(make, number) for number in range(210, 220))]
    more = [make.op(220)] if answered else []
    silent = failed("background-sessions-return", "what polls has ended", code="poller-silent")
    dead = failed("health-probes", "liveness said no answer in 7", code="liveness-failed")
    run = evidence([*ops, *more], happened("network.refuse", 0))
    code = diagnose(run, [dead, silent]).code
    assert (code == "stands-still") is told
    busy = replace(dead, verdict=Verdict.INCONCLUSIVE)
    assert (diagnose(run, [busy, silent]).code == "stands-still") is told
