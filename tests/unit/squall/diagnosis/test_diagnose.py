"""The report card: from hand-written evidence and findings to one sentence and one remedy."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import squall_faults as faults
from squall.core import events
from squall.core.events import BackendsSampled, LogProblem
from squall.diagnosis import diagnose as whole
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import describe_outage
from squall.diagnosis.judged_run import Diagnosis
from squall.diagnosis.remedies import Remedy
from squall.diagnosis.rules import CAUSES
from squall.gates.error_contract import ErrorContract


def diagnose(evidence: Any, findings: Any) -> Diagnosis:
    """Reason and remedy alone; code and places have a test of their own."""
    found = whole.diagnose(evidence, findings)
    return Diagnosis(found.reason, found.remedy)


def fault(key: str, injected: float = 1.0, healed: float = 2.0) -> list[events.Event]:
    effect = faults.entry(key).effect.value
    return [
        events.FaultInjected(at=injected, step=0, fault=key, label=key, effect=effect),
        events.FaultHealed(at=healed, step=0, fault=key, bites=3, what="cuts"),
    ]


def sessions(number: int) -> BackendsSampled:
    return BackendsSampled(at=0.9, total=number, active=0, idle=number, idle_in_transaction=0)


def log(line: str) -> LogProblem:
    return LogProblem(at=3.0, line=line)


def after(make: Any, bad: int, **changes: Any) -> list[Any]:
    """An answer before, one during, and ``bad`` errors after the heal among ten good answers."""
    answer = {"status": 500, "body": "", "content_type": "text/plain", **changes}
    failed = [make.op(200 + n, **answer) for n in range(bad)]
    return [make.op(0), make.op(150), *failed, *(make.op(300 + n) for n in range(10))]


FROM_THE_FINDING = [
    (
        ("no-acknowledged-write-lost", "", {"lost": 1}),
        "1 write was acknowledged and not in the database: the app answers before it commits",
        remedies.COMMIT_FIRST,
    ),
    (
        ("read-your-writes", "", {"missing": 3}),
        ("3 writes could not be read right after the acknowledgement:"
        " the app answers before it commits"),
        remedies.COMMIT_FIRST,
    ),
    (
        ("no-duplicate", "", {"duplicated": 2}),
        ("2 requests wrote more than once: a write whose answer was lost was repeated without a key"
        " that tells so"),
        remedies.IDEMPOTENCY,
    ),
    (
        ("refused-write-absent", "", {"present": 2}),
        ("2 writes were refused and happened all the same: a COMMIT without an answer was called a"
        " failure"),
        remedies.UNKNOWN_COMMIT,
    ),
    (
        ("conservation", "stock went from 9 to 8", {}),
        ("requests were done by half (stock went from 9 to 8): their parts are not in one"
        " transaction"),
        remedies.ONE_TRANSACTION,
    ),
    (
        ("answer-unlike-calm", "2 x list: the answer is empty", {"unlike": 2}),
        "2 answers hid the outage from the client: 2 x list: the answer is empty",
        remedies.NO_FALSE_SUCCESS,
    ),
    (
        ("second-copy-starts", "while two copies of the app ran, the server was full", {}),
        "while two copies of the app ran, the server was full",
        remedies.ROOM_FOR_TWO,
    ),
    (
        ("app-survived", "the app's process ended with exit code 1", {}),
        "the outage ended the app itself: the app's process ended with exit code 1",
        remedies.SURVIVE,
    ),
    (
        ("connection-leaks", "", {"code": "sessions-left-in-transaction", "busy_after": 1}),
        "1 connection was never given back: still in a transaction, with nothing asked any more",
        remedies.GIVE_BACK,
    ),
    (
        ("connection-leaks", "", {"busy_after": 0, "before": 3, "after": 30}),
        ("the app holds 30 connections after the outage, 3 before it, and no longer uses 27 of"
         " them: errors left them behind"),
        remedies.LIMIT_POOL,
    ),
    (
        (
            "connection-leaks",
            "37 sessions at once",
            {"code": "sessions-beyond-bound", "before": 21, "after": 21},
        ),
        "the pool grew beyond its bound: 37 sessions at once",
        remedies.LIMIT_POOL,
    ),
    (
        ("retry-storm", "9 times the statements", {}),
        "retry storm: 9 times the statements",
        remedies.RETRY_BUDGET,
    ),
    (
        ("retry-storm", "0.4 connections (limit 0.2)",
         {"code": "too-many-connections", "connections_each": 0.4, "connections_each_before": 0.3}),
        (
            "requests open connections of their own (0.30 each before the outage, 0.40 since):"
            " 0.4 connections (limit 0.2)"
        ),
        remedies.POOL,
    ),
    (
        ("retry-storm", "0.4 connections (limit 0.2)",
         {"code": "too-many-connections", "connections_each": 0.4, "connections_each_before": 0.1}),
        "retry storm: 0.4 connections (limit 0.2)",
        remedies.RETRY_BUDGET,
    ),
    (
        ("retry-storm", "9 times the statements (9 times, limit 4)",
         {"code": "too-many-statements", "connections_each": 0.4, "connections_each_before": 0.4}),
        "retry storm: 9 times the statements (9 times, limit 4)",
        remedies.RETRY_BUDGET,
    ),
    (
        ("retry-storm", "9 refused logins for each", {"code": "too-many-logins"}),
        ("a login that the server refuses is tried again and again, though it cannot succeed:"
         " 9 refused logins for each"),
        remedies.RETRY_BUDGET,
    ),
    (
        ("upstream-retry-storm", "rates: 9 requests for each", {}),
        "retry storm: rates: 9 requests for each",
        remedies.RETRY_BUDGET,
    ),
    (
        ("fails-fast", "p95 of 60 refusals 990 ms", {}),
        "each request waited to find out about an outage that was known: p95 of 60 refusals 990 ms",
        remedies.FAIL_FAST,
    ),
    (
        ("error-contract", "4 x status 503 leaks internals ('asyncpg')",
         {"code": "internals-leaked", "errors": 9, "breaches": 4}),
        "4 of 9 errors showed internals to clients: 4 x status 503 leaks internals ('asyncpg')",
        remedies.KEEP_INSIDE,
    ),
    (
        ("error-contract", "1 x connection cut without an answer (reset)",
         {"code": "connection-cut", "errors": 1, "breaches": 1}),
        "1 of 1 errors were cut connections: 1 x connection cut without an answer (reset)",
        remedies.SURVIVE,
    ),
    (
        ("error-contract", "4 x status 500, in other words",
         {"code": "undocumented-server-error", "errors": 9, "breaches": 4}),
        "4 of 9 errors were unhandled in the app: 4 x status 500, in other words",
        remedies.ANSWER_503,
    ),
    (
        ("error-contract", "4 x status 503 without a usable Retry-After",
         {"errors": 9, "breaches": 4}),
        "4 of 9 errors broke the contract: 4 x status 503 without a usable Retry-After",
        remedies.PROBLEM_DETAILS,
    ),
    (
        ("health-probes", "liveness said status 503", {"code": "liveness-failed"}),
        "a probe misled the orchestrator: liveness said status 503",
        remedies.LIVENESS,
    ),
    (
        ("health-probes", "readiness said ready for 2.0 s", {}),
        "a probe misled the orchestrator: readiness said ready for 2.0 s",
        remedies.READINESS,
    ),
    (
        ("availability", "too few", {"during_share": 0.0, "during_min": 0.9, "after_share": 1.0}),
        "0 of 1 requests failed during the outage, more than the gate allows",
        remedies.RETRY,
    ),
    (
        ("response-time", "p95 during 900 ms, limit 200 ms", {}),
        "answers were slower than the gate allows: p95 during 900 ms, limit 200 ms",
        remedies.BOUND_WAITS,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "reason", "remedy"),
    FROM_THE_FINDING,
    ids=[f"{case[0][0]}-{case[2].key}" for case in FROM_THE_FINDING],
)
def test_a_gate_that_fails_alone(
    evidence: Any,
    make: Any,
    told: Any,
    given: tuple[str, str, dict[str, float]],
    reason: str,
    remedy: Remedy,
) -> None:
    gate, words, figures = given
    run = evidence([make.op(0), make.op(150), make.op(250)])
    found = [told.passed("steady-state", ""), told.failed(gate, words, **figures)]
    assert diagnose(run, found) == Diagnosis(reason, remedy)


@pytest.mark.parametrize(
    ("early", "remedy"), [(0, remedies.NO_FALSE_SUCCESS), (2, remedies.COMMIT_FIRST)]
)
def test_success_that_stands_for_an_error_is_no_early_answer(
    evidence: Any, make: Any, told: Any, early: int, remedy: Remedy
) -> None:
    run = evidence([make.op(0), make.op(150), make.op(250)])
    found = [
        told.failed("acknowledged-before-commit", "3 never", early=early, never=3),
        told.failed("answer-unlike-calm", "200 []", unlike=4),
    ]
    assert diagnose(run, found).remedy == remedy


@pytest.mark.parametrize(
    ("early", "words"), [(0, "an error on the way is hidden"), (2, "answers before it commits")]
)
def test_what_is_never_committed_may_hide_an_error(
    evidence: Any, make: Any, told: Any, early: int, words: str
) -> None:
    run = evidence([make.op(0), make.op(150), make.op(250)])
    found = told.failed("acknowledged-before-commit", "3 never", early=early, never=3)
    assert words in diagnose(run, [found]).reason


def test_connections_beyond_the_declared_bound_were_left_behind(
    evidence: Any, make: Any, told: Any
) -> None:
    run = evidence([make.op(0), make.op(150), make.op(250)])
    run = dataclasses.replace(run, contract=dataclasses.replace(run.contract, most_sessions=20))
    found = told.failed("connection-leaks", "30", busy_after=0, before=3, after=30)
    assert diagnose(run, [told.passed("steady-state", ""), found]).reason == (
        "the app holds 30 connections after the outage, 3 before it, and no longer uses 27 of them:"
        " errors left them behind"
    )


def test_a_pool_that_is_within_its_bound_again_had_grown_beyond_it(
    evidence: Any, make: Any, told: Any
) -> None:
    """It may hold more than before: it was not full then."""
    run = evidence([make.op(0), make.op(150), make.op(250)])
    run = dataclasses.replace(run, contract=dataclasses.replace(run.contract, most_sessions=20))
    found = told.failed(
        "connection-leaks", "40 at once", code="sessions-beyond-bound", before=5, after=20
    )
    assert diagnose(run, [told.passed("steady-state", ""), found]).reason == (
        "the pool grew beyond its bound: 40 at once"
    )


AFTER_THE_HEAL = [
    (
        "database.crash", [sessions(5)], 5, {},
        "the pool kept 5 dead connections; 5 requests failed after the heal",
        remedies.DEAD_CONNECTIONS,
    ),
    (
        "network.reset", [], 1, {},
        "the pool kept dead connections; 1 request failed after the heal",
        remedies.DEAD_CONNECTIONS,
    ),
    (
        "network.refuse", [sessions(2), log("X: connection is closed")], 30, {},
        "the pool kept 2 dead connections; 30 requests failed after the heal",
        remedies.DEAD_CONNECTIONS,
    ),
    (
        "network.latency", [log("InterfaceError: connection is closed")], 9, {},
        "the same dead connection was used again and again; 9 requests failed after the heal",
        remedies.DEAD_CONNECTIONS,
    ),
    (
        "network.half_open", [sessions(5)], 3, {},
        "the pool kept silent connections; 3 requests failed after the heal",
        remedies.SILENT_CONNECTIONS,
    ),
    (
        "network.refuse", [sessions(5)], 40, {"status": 503},
        ("the app went on refusing for 0.4 s when the database was well again; 40 requests failed"
        " after the heal"),
        remedies.TRY_AGAIN_SOON,
    ),
    (
        "network.refuse", [sessions(8)], 8, {"status": 503},
        ("requests that met a dead connection were refused, and not run again on another one;"
        " 8 requests failed after the heal"),
        remedies.DEAD_CONNECTIONS,
    ),
    (
        "database.read_only", [], 4, {"body": "cannot execute INSERT in a read-only transaction"},
        ("the pool kept connections to a server that takes no writes; 4 requests failed after the"
        " heal"),
        remedies.READ_ONLY,
    ),
    (
        "wire.error_reply", [log('prepared statement "__asyncpg_#__" does not exist')], 4, {},
        ("connections were kept whose prepared statements are gone; 4 requests failed after the"
        " heal"),
        remedies.PREPARED,
    ),
    (
        "database.crash", [log("sqlalchemy.exc.PendingRollbackError: Can't reconnect")], 4, {},
        "requests share one connection or session; 4 requests failed after the heal",
        remedies.OWN_SESSION,
    ),
    (
        "database.exhaust_connections", [log("asyncpg.TooManyConnectionsError: sorry")], 4, {},
        "the app asked for more connections than the server has; 4 requests failed after the heal",
        remedies.LIMIT_POOL,
    ),
    (
        "network.stall", [log("TimeoutError: QueuePool limit of size # overflow # reached")], 4, {},
        "every connection of the pool was taken; 4 requests failed after the heal",
        remedies.BOUND_WAITS,
    ),
    (
        "network.stall", [log("psycopg#.pool.PoolError: connection pool exhausted")], 4, {},
        ("the pool raises at once when its connections are taken, and no request waits for one;"
        " 4 requests failed after the heal"),
        remedies.WAIT_FOR_A_PLACE,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "seen", "bad", "answer", "reason", "remedy"),
    AFTER_THE_HEAL,
    ids=[f"{case[0]}-{case[5].key}" for case in AFTER_THE_HEAL],
)
def test_errors_after_the_heal(  # noqa: PLR0913, PLR0917 - one parameter a column
    evidence: Any,
    make: Any,
    told: Any,
    key: str,
    seen: list[events.Event],
    bad: int,
    answer: dict[str, Any],
    reason: str,
    remedy: Remedy,
) -> None:
    run = evidence(after(make, bad, **answer), [*fault(key), *seen])
    contract = told.failed("error-contract", "500", breaches=bad, errors=bad)
    found = [told.failed("recovery-time", "late"), contract]
    assert diagnose(run, found) == Diagnosis(reason, remedy)


def test_a_conflict_during_the_outage_is_known_by_its_words(
    evidence: Any, make: Any, told: Any
) -> None:
    conflict = make.op(150, status=500, body="could not serialize access")
    run = evidence([make.op(0), conflict, make.op(250)])
    found = [told.failed("error-contract", "1 x status 500", errors=1, breaches=1)]
    assert diagnose(run, found) == Diagnosis(
        "transactions that lost a conflict were not run again; 1 request failed during the outage",
        remedies.RETRY,
    )


@pytest.mark.parametrize(
    ("lost", "bad", "shared"), [(3, 0, False), (1, 0, True), (3, 4, True)],
    ids=["the same request asks again", "one loss and many others", "after the heal, too"],
)  # fmt: skip
def test_a_session_that_its_own_request_uses_again_is_not_a_shared_one(
    evidence: Any, make: Any, told: Any, lost: int, bad: int, shared: bool
) -> None:
    def logged(exception: str, message: str, times: int) -> events.ErrorsLogged:
        return events.ErrorsLogged(at=1.5, last=1.6, exception=exception, message=message,
                                   place="", count=times, unhandled=times)  # fmt: skip

    words = "PendingRollbackError: Can't reconnect until invalid transaction is rolled back"
    seen = [logged("DBAPIError", "connection was closed in the middle of operation", lost),
            logged("PendingRollbackError", words, 2), log(words)]  # fmt: skip
    error = make.op(150, status=500, body="")
    run = evidence([*after(make, bad), error], [*fault("wire.error_reply"), *seen])
    found = [told.failed("error-contract", "500", errors=1, breaches=1)]
    reason = diagnose(run, found).reason
    assert ("share one connection or session" in reason) is shared


def late(make: Any, number: int, **changes: Any) -> Any:
    return make.op(number, done=number * 0.01 + 4.0, status=None, error="timeout", **changes)


def test_waits_without_an_end(evidence: Any, make: Any, told: Any) -> None:
    slow = make.op(151, done=1.51 + 1.5)
    run = evidence([make.op(0), late(make, 150), slow, make.op(250)], fault("network.stall"))
    found = [told.failed("answered-in-time", "late"), told.failed("recovery-time", "late")]
    assert diagnose(run, found) == Diagnosis(
        "2 requests waited longer than 1 s (1 never got an answer): nothing bounds the wait for"
        " the database",
        remedies.BOUND_WAITS,
    )


def test_waits_that_outlive_the_outage(evidence: Any, make: Any, told: Any) -> None:
    run = evidence([make.op(0), late(make, 150), late(make, 250)], fault("network.half_open"))
    found = [told.failed("answered-in-time", "late"), told.failed("recovery-time", "late")]
    assert diagnose(run, found) == Diagnosis(
        "the pool kept silent connections; 2 requests waited longer than 1 s, 1 of them after the"
        " heal",
        remedies.SILENT_CONNECTIONS,
    )


def test_good_answers_that_stay_slow(evidence: Any, make: Any, told: Any) -> None:
    run = evidence([make.op(0), make.op(150), make.op(250)])
    assert diagnose(run, [told.failed("recovery-time", "recovered 900 ms")]) == Diagnosis(
        "answers stayed slow after the heal: recovered 900 ms", remedies.BOUND_WAITS
    )


def test_the_commonest_breach_of_the_contract_decides(evidence: Any, make: Any) -> None:
    errors = [make.op(n, status=500) for n in range(150, 158)]
    cut = [make.op(n, status=None, error="reset") for n in range(160, 164)]
    run = evidence([make.op(0), *errors, *cut])
    assert diagnose(run, [ErrorContract().judge(run)]).remedy == remedies.ANSWER_503
    run = evidence([make.op(0), *errors[:3], *cut])
    assert diagnose(run, [ErrorContract().judge(run)]).remedy == remedies.SURVIVE


@pytest.mark.parametrize(
    ("line", "code", "remedy"),
    [
        ("Exception in ASGI application: x", "unhandled-exception", remedies.ANSWER_503),
        ("Task exception was never retrieved", "abandoned-resource", remedies.AWAIT_TASKS),
    ],
)
def test_what_nobody_handled(
    evidence: Any, make: Any, told: Any, line: str, code: str, remedy: Remedy
) -> None:
    run = evidence([make.op(0), make.op(150)], [*make.outage(), log(line)])
    assert diagnose(run, [told.failed("log-clean", "unhandled: 1 x", code=code)]) == Diagnosis(
        "1 error was not handled: unhandled: 1 x", remedy
    )


def test_the_gravest_cause_comes_first(evidence: Any, make: Any, told: Any) -> None:
    run = evidence(after(make, 5), [*fault("database.crash"), sessions(5)])
    mild = told.failed("error-contract", "5 x status 500", errors=5, breaches=5)
    recovery = told.failed("recovery-time", "late")
    lost = told.failed("no-acknowledged-write-lost", "gone", lost=1, acknowledged=9)
    assert diagnose(run, [mild]).remedy == remedies.PROBLEM_DETAILS
    assert diagnose(run, [mild, recovery]).remedy == remedies.DEAD_CONNECTIONS
    assert diagnose(run, [mild, recovery, lost]).remedy == remedies.COMMIT_FIRST


def test_a_fault_that_touched_nothing(evidence: Any, make: Any, told: Any) -> None:
    found = [
        told.inconclusive(
            "faults-bit",
            "never bit: network.reset (0 connections reset)",
            code="fault-never-bit",
        )
    ]
    assert diagnose(evidence([make.op(0)]), found) == Diagnosis(
        "the fault touched nothing (never bit: network.reset (0 connections reset)):"
        " does the app use the database that it was given?",
        remedies.USE_THE_ADDRESS,
    )
    loads = [events.DatabaseLoad(at=at, statements=n, connections=5) for n, at in ((3, 0), (9, 1))]
    asks = diagnose(evidence([make.op(0)], [*loads, *fault("network.reset")]), found)
    assert asks.reason.endswith("and did nothing meanwhile that this fault hits")
    assert asks.remedy == remedies.PROVE_SOMETHING
    asked = diagnose(evidence([make.op(0)], fault("upstream.status")), found)
    assert asked.reason.endswith("does the load need this upstream?")


def test_a_known_message_explains_what_is_not_well_without_a_fault(
    evidence: Any, make: Any, told: Any
) -> None:
    line = "Exception in ASGI application: InterfaceError: another operation is in progress"
    ill = told.failed("steady-state", "read-item: 3 of 9 failed")
    assert diagnose(evidence([make.op(0)], [log(line)]), [ill]) == Diagnosis(
        "requests share one connection or session; read-item: 3 of 9 failed; the app's log: "
        + line,
        remedies.OWN_SESSION,
    )
    other = diagnose(evidence([make.op(0)], [log("Exception: KeyError: 1")]), [ill])
    assert other.remedy == remedies.PROVE_SOMETHING


def test_what_is_not_well_before_explains_the_rest(evidence: Any, make: Any, told: Any) -> None:
    found = [
        told.inconclusive("steady-state", "not well to begin with"),
        told.inconclusive("faults-bit", "not every fault was injected and healed"),
    ]
    assert diagnose(evidence([make.op(0)], []), found) == Diagnosis(
        "no fault was injected, since the app was not healthy without one: not well to begin with",
        remedies.PROVE_SOMETHING,
    )


def test_an_unknown_gate_speaks_for_itself(evidence: Any, make: Any, told: Any) -> None:
    found = [told.failed("gate-of-tomorrow", "it is so")]
    assert diagnose(evidence([make.op(0)]), found) == Diagnosis("gate-of-tomorrow: it is so")


@pytest.mark.parametrize(
    ("during", "behind", "reason"),
    [
        ({}, {}, "all 2 requests during the outage succeeded"),
        ({"status": 503}, {}, ("1 request of 2 failed during the outage as allowed, and none after"
                              " the heal")),
        ({"status": 503}, {"status": 503}, ("1 request of 2 failed during the outage as allowed, 1"
                                           " of 1 after the heal")),
    ],
)  # fmt: skip
def test_all_is_well(
    evidence: Any,
    make: Any,
    told: Any,
    during: dict[str, Any],
    behind: dict[str, Any],
    reason: str,
) -> None:
    run = evidence([make.op(0), make.op(150), make.op(151, **during), make.op(250, **behind)])
    assert diagnose(run, [told.passed("availability", "")]) == Diagnosis(reason)


def test_what_happened_is_told_without_a_judge(evidence: Any, make: Any) -> None:
    run = evidence(after(make, 5), fault("database.crash", healed=1.4))
    assert describe_outage(run) == (
        "database.crash for 0.4 s (3 cuts): nobody asked during it, 5 of 16 failed after the heal"
    )


def test_a_fault_without_end_is_told(evidence: Any, make: Any) -> None:
    run = evidence([make.op(0), make.op(150, status=500)], fault("network.refuse")[:1])
    assert describe_outage(run) == "network.refuse, never healed: 1 of 1 request failed during it"


def test_every_cause_explains_itself() -> None:
    assert all(cause.__doc__ for cause in CAUSES)


def test_a_gate_of_ones_own_with_a_known_name_is_told_as_it_tells_itself(
    evidence: Any, told: Any
) -> None:
    """It has none of the figures that the built-in cause would quote."""
    finding = told.failed("no-duplicate", "two invoices for one order")
    assert diagnose(evidence([]), [finding]) == Diagnosis(
        "no-duplicate: two invoices for one order"
    )


@pytest.mark.parametrize(("effect", "warned"), [("read", False), ("write", True)])
def test_the_remedy_for_errors_does_not_make_the_app_lie_about_writes(
    evidence: Any, make: Any, effect: str, warned: bool
) -> None:
    bad = make.op(150, status=500, outcome="unknown", effect=effect, content_type="text/plain")
    run = evidence([make.op(0), bad])
    reason = diagnose(run, [ErrorContract().judge(run)]).reason
    assert ("1 is a write that may be committed: answer 504 there" in reason) is warned
