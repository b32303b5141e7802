"""Causes that were told apart for the twelfth set of mutants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import (
    CommitsRead,
    ErrorsLogged,
    FaultHealed,
    FaultInjected,
    TransactionCommitted,
)
from squall.diagnosis.diagnose import diagnose
from squall.gates.findings import failed
from squall.gates.read_your_writes import LOST_FROM_SIGHT
from squall.history.op import Outcome


def outage(fault: str, effect: str) -> list[Any]:
    return [
        FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect=effect),
        FaultHealed(at=2.0, step=0, fault=fault, bites=3, what="bites"),
    ]


def logged(exception: str, message: str, count: int) -> ErrorsLogged:
    return ErrorsLogged(
        at=1.5, exception=exception, message=message, place="shop/main.py:8 in run", count=count,
        unhandled=count, last=1.9,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("exception", "message", "count", "code"),
    [
        ("RuntimeError", "cannot reuse already awaited coroutine", 2, "coroutine-awaited-twice"),
        ("RuntimeError", "cannot reuse already awaited coroutine", 1, "broken-error-contract"),
        ("RuntimeError", "no more", 9, "broken-error-contract"),
    ],
)
def test_a_coroutine_that_is_awaited_twice_is_named(
    evidence: Any, make: Any, exception: str, message: str, count: int, code: str
) -> None:
    happened = [*outage("wire.error_reply", "errors"), logged(exception, message, count)]
    figures = {"breaches": 3, "errors": 3}
    finding = failed("error-contract", "3 x status 500", figures, code="server-error")
    found = diagnose(evidence([make.op(0), make.op(150)], happened), [finding])
    assert found.code == code


@pytest.mark.parametrize(
    ("fault", "words"),
    [("app.overlap", "known to one process only"), ("database.crash", "the process that is gone")],
)
def test_what_is_lost_from_sight_was_known_to_one_process(
    evidence: Any, make: Any, fault: str, words: str
) -> None:
    finding = failed("read-your-writes", "4 writes", {"lost": 4}, code=LOST_FROM_SIGHT)
    run = evidence([make.op(0), make.op(150)], outage(fault, "loads"))
    assert words in diagnose(run, [finding]).reason


@pytest.mark.parametrize(
    ("gate", "code", "words"),
    [
        ("no-secret-disclosed", "password-in-success", "an answer names an address"),
        ("resources-return", "series-of-one-request", "a label of a metric has another value"),
        ("answer-unlike-calm", "found-invalid", "a repeat works with what an earlier request"),
    ],
)
def test_the_code_names_the_cause(
    evidence: Any, make: Any, gate: str, code: str, words: str
) -> None:
    finding = failed(gate, "4 of them", {"unlike": 4}, code=code)
    run = evidence([make.op(0), make.op(150)], outage("wire.error_reply", "errors"))
    assert diagnose(run, [finding]).reason.startswith(words)


@pytest.mark.parametrize(
    ("fault", "committed", "words"),
    [
        ("app.crash", 1.9, "they are noted before the work"),
        ("app.crash", 1.25, "a COMMIT without an answer was called a failure"),
        ("database.crash", 1.9, "a COMMIT without an answer was called a failure"),
    ],
)
def test_what_was_refused_and_is_done_after_a_start_was_noted(
    evidence: Any, make: Any, fault: str, committed: float, words: str
) -> None:
    refused = replace(make.write(5, Outcome.REFUSED, at=1.1, done=1.2), status=503)
    keys = {str(refused.key): {"insert orders": 1}}
    commit = TransactionCommitted(at=committed, keys=keys, ids={})
    happened = [*outage(fault, "ends"), commit, CommitsRead(at=9.0, transactions=1)]
    finding = failed("refused-write-absent", "1 of 1", {"present": 1}, [refused])
    found = diagnose(evidence([make.op(0), refused], happened), [finding])
    assert words in found.reason
