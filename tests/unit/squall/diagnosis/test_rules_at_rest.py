"""What an app did in the grace period in which it did not end."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import (
    AppTerminated,
    BackendsSampled,
    FaultHealed,
    FaultInjected,
    RestSampled,
)
from squall.diagnosis.diagnose import diagnose
from squall.gates.findings import failed
from squall.gates.second_copy_starts import NOT_READY

KILLED = failed("ends-when-told", "the app did not end 5.0 s after SIGTERM, and was killed")
SERVES = (
    ": it went on serving, so the signal did not reach it, or it ignores it, or waits until nobody"
    " asks"
)
WAITS = (
    ": it took no more requests, and its shutdown waits with 2 connections to the database open,"
    " such as for one that is never given back"
)


@pytest.mark.parametrize(
    ("answered_at", "sessions", "told"),
    [(1.1, 2, WAITS), (2.0, 2, SERVES), (1.1, 0, "")],
    ids=["its shutdown waits", "it serves", "nothing is known"],
)
def test_an_app_that_was_killed_served_or_waited(
    evidence: Any, make: Any, answered_at: float, sessions: int, told: str
) -> None:
    happened = [
        FaultInjected(at=1.0, step=0, fault="app.terminate", label="x", effect="ends"),
        BackendsSampled(at=5.0, total=sessions, active=0, idle=sessions, idle_in_transaction=0),
        AppTerminated(at=9.0, exit_code=-9, seconds=5.0),
    ]
    run = evidence([make.op(1, at=answered_at)], happened)
    assert diagnose(run, [KILLED]).reason == KILLED.reason + told


@pytest.mark.parametrize(
    ("handling", "told"),
    [
        ("caught", ", so its own handler took the signal, and waits until nobody asks"),
        ("ignored", ", since it ignores the signal"),
        ("default", ", since the signal did not reach it: the process that got it has no handler"),
        ("", ", so the signal did not reach it, or it ignores it"),
    ],
)
def test_what_the_process_does_with_the_signal_is_told(
    evidence: Any, make: Any, handling: str, told: str
) -> None:
    happened = [
        FaultInjected(at=1.0, step=0, fault="app.terminate", label="x", effect="ends"),
        AppTerminated(at=9.0, exit_code=-9, seconds=5.0, handling=handling),
    ]
    found = diagnose(evidence([make.op(1, at=2.0)], happened), [KILLED])
    assert f"it went on serving{told}" in found.reason


@pytest.mark.parametrize(
    ("sessions", "done", "key"),
    [
        (1, 2.0, "a-session-of-its-own-for-each-request"),
        (1, 1.005, "give-connections-back"),  # one request at a time
        (2, 2.0, "give-connections-back"),
    ],
)
def test_one_session_for_all_requests_is_told_from_one_that_was_left(
    evidence: Any, make: Any, sessions: int, done: float, key: str
) -> None:
    samples = [
        BackendsSampled(at=at, total=sessions, active=0, idle=0, idle_in_transaction=1)
        for at in (0.5, 5.0)
    ]
    left = failed(
        "connection-leaks", "1 of 1 sessions are still in a transaction",
        {"before": 1, "after": sessions, "busy_after": 1}, code="sessions-left-in-transaction",
    )  # fmt: skip
    run = evidence([make.op(n, at=1 + n / 100, done=done + n / 100) for n in range(5)], samples)
    remedy = diagnose(run, [left]).remedy
    assert remedy is not None
    assert remedy.key == key


@pytest.mark.parametrize(
    ("code", "rule"),
    [("settings-left", "setting-left"), ("advisory-locks-left", "answer-unlike-calm")],
)
def test_a_setting_that_stays_explains_the_answers_of_another_tenant(
    evidence: Any, code: str, rule: str
) -> None:
    unlike = failed("answer-unlike-calm", "3 x notes: status 404", {"unlike": 3})
    left = failed("session-leftovers", "app.org stayed changed on 1 session", code=code)
    assert diagnose(evidence([], []), [unlike, left]).code == rule


def test_a_check_that_fails_open_is_named(evidence: Any) -> None:
    found = failed("answer-unlike-calm", "7 reads without credentials were answered with success",
                   {"unlike": 0, "let_in": 7}, code="stranger-let-in")  # fmt: skip
    remedy = diagnose(evidence([], []), [found]).remedy
    assert remedy is not None
    assert remedy.key == "refuse-whom-you-cannot-check"


@pytest.mark.parametrize(("locks", "waits"), [(1, 1), (0, 1), (0, 0)])
def test_a_version_that_waits_for_a_lock_lacks_no_room(
    evidence: Any, make: Any, locks: int, waits: int
) -> None:
    happened = [
        RestSampled(
            at=0.1, moment="before", sessions=10, advisory_locks=locks, listeners=0,
            temporary_tables=0,
        ),
        FaultInjected(at=1.0, step=0, fault="app.overlap", label="x", effect="x"),
        FaultHealed(at=2.0, step=0, fault="app.overlap", bites=1, what="x"),
        *(
            BackendsSampled(
                at=at, total=10, active=0, idle=10, idle_in_transaction=0,
                waiting_for_locks=waits if at > 1 else 0,
            )
            for at in (0.5, 1.2, 1.5, 1.8)
        ),
    ]  # fmt: skip
    alone = failed("second-copy-starts", "no second copy", {"refused": 0}, code=NOT_READY)
    told = diagnose(evidence([make.op(1)], happened), [alone]).reason
    assert ("waits for a lock when it starts" in told) is bool(waits)
    assert ("an advisory lock of a session" in told) is bool(locks)


def test_who_is_not_served_while_others_send_half_of_a_request_lacks_what_these_hold(
    evidence: Any, make: Any
) -> None:
    happened = [
        FaultInjected(at=1.0, step=0, fault="client.hold_bodies", label="x", effect="loads"),
        FaultHealed(at=2.0, step=0, fault="client.hold_bodies", bites=40, what="requests held"),
    ]
    found = failed("availability", "during the outage 12.0% of 50 were good, not 50%")
    run = evidence([make.refusal(1, at=1.1)], happened)
    assert diagnose(run, [found]).code == "held-for-slow-clients"
    other = FaultInjected(at=1.0, step=0, fault="client.load_spike", label="x", effect="loads")
    assert diagnose(evidence([make.refusal(1, at=1.1)], [other]), [found]).code != (
        "held-for-slow-clients"
    )
