"""What an error path keeps is told apart from an outage that the app has not got over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import (
    DatabaseLoad,
    FaultHealed,
    FaultInjected,
    StatementsRefused,
    SuspectLocated,
)
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates.connection_leaks import NOT_GIVEN_BACK
from squall.gates.findings import failed
from squall.gates.no_acknowledged_write_lost import UPDATE_LOST
from squall.gates.one_effect import AGAIN, COUNTED_LESS, COUNTED_TWICE, GIVEN_TWICE, TWICE
from squall.gates.read_your_writes import STALE
from squall.gates.recovery_time import NEVER, STUCK
from squall.gates.refused_write_absent import STORED_LATER
from squall.history.op import Outcome

FAULT = "wire.error_reply"


def outage(effect: str) -> list[Any]:
    return [
        FaultInjected(at=1.0, step=0, fault=FAULT, label=FAULT, effect=effect),
        FaultHealed(at=2.0, step=0, fault=FAULT, bites=3, what="statements"),
    ]


def after(make: Any, *, bad: int) -> list[Any]:
    """Forty requests since the heal, of which the last ones are refused."""
    first = 40 - bad
    return [(make.op if one < first else make.refusal)(260 + one) for one in range(40)]


@pytest.mark.parametrize(
    ("effect", "bad", "code"),
    [
        ("errors", 3, "kept-for-good"),
        ("errors", 30, "not-recovered"),  # a breaker, or all places of a pool
        ("cuts", 3, "not-recovered"),
    ],
)
def test_a_few_failures_after_nothing_but_failed_statements_are_kept_state(
    evidence: Any, make: Any, effect: str, bad: int, code: str
) -> None:
    run = evidence(after(make, bad=bad), outage(effect))
    finding = failed("recovery-time", "not recovered", code=NEVER)
    assert diagnose(run, [finding]).code == code


@pytest.mark.parametrize(
    ("effects", "told"),
    [
        (("slows", "errors"), "limits of statements and of attempts add up"),
        (("slows",), "nothing bounds the wait for the database"),
        (("slows", "silences"), "nothing bounds the wait for the database"),
    ],
)
def test_late_answers_where_nothing_is_silent_are_those_of_limits_that_add_up(
    evidence: Any, make: Any, effects: tuple[str, ...], told: str
) -> None:
    late = [make.op(n, at=1.2, done=3.0 + n / 100, effect="write") for n in range(8)]
    faults = [event for effect in effects for event in outage(effect)]
    run = evidence(late, faults)
    found = diagnose(run, [failed("answered-in-time", "8 of 8 were answered late")])
    assert told in found.reason
    assert found.remedy == remedies.BOUND_WAITS


def test_requests_that_are_stuck_while_others_are_served_lead_to_the_lines(
    evidence: Any, make: Any
) -> None:
    line = SuspectLocated(
        at=5.0, cause="kept-for-good", place="main.py:7 in f", what="no `finally`"
    )
    run = evidence(after(make, bad=3), [*outage("cuts"), line])
    found = diagnose(run, [failed("recovery-time", "GET /a/7 failed in a row", code=STUCK)])
    assert found.code == "kept-for-good"
    assert found.suspects == ("main.py:7 in f: no `finally`",)
    assert "GET /a/7" in found.reason


@pytest.mark.parametrize(
    ("code", "fault", "words"),
    [
        (AGAIN, FAULT, "a worker did its work again"),
        (TWICE, FAULT, "repeated without a key"),
        (TWICE, "client.repeat", "looked up before the insert"),
        (COUNTED_TWICE, FAULT, "repeated without a key"),
        (COUNTED_LESS, FAULT, "a number is read and written back"),
        (AGAIN, "app.overlap", "neither locks what it takes"),
        (GIVEN_TWICE, FAULT, "such as max + 1"),
    ],
)
def test_what_is_not_done_once_has_several_causes(
    evidence: Any, make: Any, code: str, fault: str, words: str
) -> None:
    event = FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect="loads")
    run = evidence([make.op(0)], [event])
    assert words in diagnose(run, [failed("one-effect", "twice", code=code)]).reason


@pytest.mark.parametrize(
    ("effect", "fault", "words"),
    [
        ("slows", "network.latency", "a lease is shorter than the work"),
        ("errors", FAULT, "not in one transaction"),
        ("silences", "app.pause", "a lease is shorter than the work"),
    ],
)
def test_a_job_that_is_given_to_two_is_told_from_one_that_failed(
    evidence: Any, make: Any, effect: str, fault: str, words: str
) -> None:
    event = FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect=effect)
    run = evidence([make.op(0)], [event])
    assert words in diagnose(run, [failed("one-effect", "again", code=AGAIN)]).reason


def test_a_wrong_answer_after_the_heal_is_kept_by_a_cache(evidence: Any, make: Any) -> None:
    late = make.op(260, status=404)
    for op, kept in ((late, True), (make.op(150, status=404), False)):
        finding = failed("answer-unlike-calm", "404", {"unlike": 1}, [op])
        found = diagnose(evidence([make.op(0), op], outage("cuts")), [finding])
        assert ("a cache keeps what failed" in found.reason) is kept


def test_what_was_refused_and_is_shown_was_kept_before_commit(evidence: Any, make: Any) -> None:
    finding = failed("answer-unlike-calm", "5", {"unlike": 1}, code="shows-what-was-refused")
    found = diagnose(evidence([make.op(0)], outage("errors")), [finding])
    assert found.reason == "a cache is filled before COMMIT, and an error takes nothing back: 5"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("write-tells-another-number", "a default is stored, and told, for what could not be read"),
        (
            "tells-what-is-not-stored",
            "answers are made of what a failed attempt has left, and not of what is stored",
        ),
    ],
)
def test_what_a_write_tells_has_its_cause(evidence: Any, make: Any, code: str, told: str) -> None:
    finding = failed("answer-unlike-calm", "5", {"unlike": 1}, code=code)
    found = diagnose(evidence([make.op(0)], outage("errors")), [finding])
    assert found.reason == f"{told}: 5"


@pytest.mark.parametrize(("pace", "asks"), [(0, False), (5, True)])
def test_an_app_that_refuses_without_asking_is_told_from_one_that_asks_in_vain(
    evidence: Any, make: Any, pace: int, asks: bool
) -> None:
    loads = [
        DatabaseLoad(at=2.4 + number / 10, statements=100 + pace * number, connections=3)
        for number in range(6)
    ]
    run = evidence(after(make, bad=40), [*outage("errors"), *loads])
    reason = diagnose(run, [failed("recovery-time", "not recovered", code=NEVER)]).reason
    assert ("without asking the database" in reason) is not asks


@pytest.mark.parametrize(
    ("gate", "code", "words"),
    [
        ("no-acknowledged-write-lost", UPDATE_LOST, "an error of the update is swallowed"),
        ("read-your-writes", STALE, "a cache was emptied before COMMIT"),
    ],
)
def test_updates_that_are_lost_and_reads_that_are_behind_have_causes_of_their_own(
    evidence: Any, make: Any, gate: str, code: str, words: str
) -> None:
    run = evidence([make.op(0), make.op(150)], outage("cuts"))
    assert words in diagnose(run, [failed(gate, "two of them", code=code)]).reason


@pytest.mark.parametrize(("seconds", "waits"), [(0.01, False), (1.9, True)])
def test_requests_that_wait_for_a_place_that_nobody_gives_back_are_told_from_a_breaker(
    evidence: Any, make: Any, *, seconds: float, waits: bool
) -> None:
    loads = [DatabaseLoad(at=2.4 + n / 10, statements=100, connections=3) for n in range(6)]
    ops = [op if op.good else replace(op, done=op.sent + seconds) for op in after(make, bad=40)]
    found = diagnose(
        evidence(ops, [*outage("errors"), *loads]),
        [failed("recovery-time", "not recovered", code=NEVER)],
    )
    assert ("keeps the places of the pool" in found.reason) is waits
    assert (found.remedy == remedies.GIVE_BACK) is waits


@pytest.mark.parametrize(("others", "kept"), [("read-stock", True), ("read-item", False)])
def test_one_operation_that_waits_each_time_has_lost_what_only_it_needs(
    evidence: Any, make: Any, *, others: str, kept: bool
) -> None:
    """Such as a permit. Where the same operation is also served, it is the outage's end."""
    ops = [
        op if number % 4 == 0 else replace(op, name=others)
        for number, op in enumerate(make.op(260 + n) for n in range(60))
    ]
    ops = [
        replace(op, status=503, outcome=Outcome.REFUSED, name="read-item", done=op.sent + 1)
        if number % 4 == 0
        else op
        for number, op in enumerate(ops)
    ]
    found = diagnose(
        evidence(ops, outage("cuts")), [failed("recovery-time", "not recovered", code=NEVER)]
    )
    assert (found.code == "kept-for-good") is kept


@pytest.mark.parametrize(
    ("proxy", "words"), [("http", "that the app calls"), ("postgres", "database")]
)
def test_a_call_without_a_limit_is_told_from_a_wait_for_the_database(
    evidence: Any, make: Any, proxy: str, words: str
) -> None:
    late = replace(make.op(150), done=make.op(150).sent + 5)
    injected, healed = outage("silences")
    run = evidence([make.op(0), late], [replace(injected, proxy=proxy), healed])
    assert words in diagnose(run, [failed("answered-in-time", "late")]).reason


@pytest.mark.parametrize(
    ("why", "before", "during", "code"),
    [
        ("unseen", 0, 30, "lost-settings"),
        ("unseen", 0, 2, "not-recovered"),
        ("unseen", 3, 30, "not-recovered"),  # so it is without a fault
        ("aborted", 0, 30, "not-recovered"),
        ("taken", 0, 30, "name-left-behind"),
        ("taken", 0, 2, "not-recovered"),
        ("taken", 1, 30, "not-recovered"),
    ],
)
def test_new_sessions_that_lack_a_setting_are_told_from_dead_connections(
    evidence: Any, make: Any, why: str, before: int, during: int, code: str
) -> None:
    counted = StatementsRefused(at=5.0, why=why, before=before, during=during)
    run = evidence(after(make, bad=40), [*outage("cuts"), counted])
    found = diagnose(run, [failed("recovery-time", "not recovered", code=NEVER)])
    assert found.code == code
    assert (found.remedy == remedies.CLEAN_SESSIONS) is (
        code in ("lost-settings", "name-left-behind")
    )


@pytest.mark.parametrize(
    ("effect", "code", "words"),
    [
        ("errors", "", "no COMMIT was in doubt"),
        ("cuts", "", "a COMMIT without an answer"),
        ("errors", STORED_LATER, "tried again in secret"),
    ],
)
def test_what_was_refused_and_done_has_three_causes(
    evidence: Any, make: Any, effect: str, code: str, words: str
) -> None:
    figures = {"stored_later": 2} if code else {"present": 2}
    run = evidence(after(make, bad=3), outage(effect))
    found = diagnose(run, [failed("refused-write-absent", "2 of 9", figures, code=code)])
    assert words in found.reason


@pytest.mark.parametrize(("apart", "code"), [(True, "kept-for-good"), (False, "leaked-connection")])
def test_reads_that_fail_each_time_lack_something_of_their_own(
    evidence: Any, make: Any, apart: bool, code: str
) -> None:
    """Places of the pool look lost to whoever counts successes; here it is the requests."""
    ops = [
        (make.refusal if (one % 4 == 0 if apart else one % 3 == 0) else make.op)(
            260 + one, request=f"GET /items/{one % 4}"
        )
        for one in range(60)
    ]
    findings = [
        failed("recovery-time", "not recovered", code=NEVER),
        failed("capacity-returns", "3 places of 10 lost"),
    ]
    assert diagnose(evidence(ops, outage("errors")), findings).code == code


@pytest.mark.parametrize(
    ("code", "words"),
    [("sessions-abandoned", "makes a new pool"), ("places-lost", "an error path keeps places")],
)
def test_sessions_of_an_earlier_pool_are_told_from_places_that_are_lost(
    evidence: Any, make: Any, code: str, words: str
) -> None:
    finding = failed("capacity-returns", "12 sessions more than before", code=code)
    found = diagnose(evidence([make.op(1)], outage("errors")), [finding])
    assert (found.code, words in found.reason) == ("leaked-connection", True)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.002, "a breaker or a flag of theirs"), (1.2, "ended the task")]
)
def test_one_operation_that_is_refused_at_once_is_told_from_one_that_waits(
    evidence: Any, make: Any, seconds: float, words: str
) -> None:
    ops = []
    for one in range(60):
        at = 2.6 + one * 0.02
        ops.append(
            make.refusal(300 + one, name="stock", at=at, done=at + seconds)
            if one % 2
            else make.op(300 + one, name="items", at=at)
        )
    finding = failed("recovery-time", "not recovered", code=NEVER)
    assert words in diagnose(evidence(ops, outage("cuts")), [finding]).reason


@pytest.mark.parametrize(
    ("others", "words"),
    [("GET /items/8", "always to the same requests"), ("GET /items/7", "goes on as in the outage")],
)
def test_copies_after_the_heal_are_not_slow_answers(
    evidence: Any, make: Any, others: str, words: str
) -> None:
    copies = [make.op(270 + n, request="GET /items/7", copy=True) for n in range(6)]
    fresh = [make.op(280 + n, request=others) for n in range(6)]
    finding = failed("recovery-time", "6 of 12 were bad", {}, copies, code=NEVER)
    found = diagnose(evidence([*copies, *fresh], outage("silences")), [finding])
    assert found.reason.startswith("6 answers were still from a copy after the heal")
    assert words in found.reason


@pytest.mark.parametrize(("sent", "words"), [(12, "keeps the places"), (60, "silent connections")])
def test_after_a_silence_lost_places_ask_nothing(
    evidence: Any, make: Any, sent: int, words: str
) -> None:
    """Twenty requests wait and are refused, and ten are served, with a statement each."""
    calm = [make.op(n, at=n * 0.05) for n in range(20)]
    refused = [make.refusal(300 + n, at=3 + n * 0.05, done=3.8 + n * 0.05) for n in range(20)]
    served = [make.op(400 + n, at=3 + n * 0.1) for n in range(10)]
    loads = [(0.0, 0), (0.99, 20), (2.9, 20), (4.2, 20 + sent)]
    happened = [
        *outage("silences"),
        *(DatabaseLoad(at=at, statements=number, connections=5) for at, number in loads),
    ]
    finding = failed("recovery-time", "not recovered", {}, refused, code=NEVER)
    found = diagnose(evidence([*calm, *refused, *served], happened), [finding])
    assert words in found.reason


@pytest.mark.parametrize(
    ("fault", "words"), [("app.crash", "more than one pool"), (FAULT, "errors left them behind")]
)
def test_sessions_of_a_new_process_are_not_those_that_errors_left(
    evidence: Any, make: Any, fault: str, words: str
) -> None:
    event = FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect="ends")
    figures = {"before": 5.0, "after": 30.0, "unused": 20.0, "busy_after": 0.0}
    finding = failed("connection-leaks", "", figures, code=NOT_GIVEN_BACK)
    assert words in diagnose(evidence([make.op(0)], [event]), [finding]).reason
