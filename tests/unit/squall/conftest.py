"""Terse histories for judges."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from squall.core import events
from squall.gates.findings import not_judged
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence, FinalState
from squall.history.op import Op, Outcome

PROBLEM = '{"type": "about:blank", "title": "Service unavailable", "status": 503}'


def op(number: int, **changes: Any) -> Op:
    """An operation every 10 ms, answered with 200 after 5 ms."""
    at = changes.pop("at", number * 0.01)
    fields: dict[str, Any] = {
        "id": number, "name": "read-item", "effect": "read", "key": None, "intended": at,
        "sent": at, "done": at + 0.005, "outcome": Outcome.APPLIED, "status": 200, "error": None,
        "content_type": "application/json", "retry_after": None, "body": "",
    }  # fmt: skip
    return Op(**{**fields, **changes})


def refusal(number: int, **changes: Any) -> Op:
    """A well-formed 503."""
    fields: dict[str, Any] = {
        "status": 503, "outcome": Outcome.REFUSED, "body": PROBLEM, "retry_after": "1",
        "content_type": "application/problem+json",
    }  # fmt: skip
    return op(number, **{**fields, **changes})


def write(number: int, outcome: Outcome = Outcome.APPLIED, **changes: Any) -> Op:
    """A keyed write ``k<number>``."""
    status = {Outcome.APPLIED: 201, Outcome.REFUSED: 503, Outcome.UNKNOWN: 504}[outcome]
    fields: dict[str, Any] = {
        "name": "place-order", "effect": "idempotent-write", "key": f"k{number}",
        "outcome": outcome, "status": status,
    }  # fmt: skip
    return op(number, **{**fields, **changes})


def outage(injected: float = 1.0, healed: float = 2.0, bites: int = 3) -> list[events.Event]:
    """One fault from ``injected`` to ``healed``."""
    return [
        events.FaultInjected(at=injected, step=0, fault="network.refuse", label="refuse"),
        events.FaultHealed(at=healed, step=0, fault="network.refuse", bites=bites, what="cuts"),
    ]


Build = Callable[..., Evidence]


@pytest.fixture
def evidence() -> Build:
    """Evidence of operations and events; an outage from 1 s to 2 s when none are given."""

    def build(ops: list[Op], happened: list[events.Event] | None = None, **more: Any) -> Evidence:
        fields: dict[str, Any] = {
            "final_state": FinalState(), "contract": Contract(deadline_seconds=1.0),
        }  # fmt: skip
        chosen = outage() if happened is None else happened
        return Evidence(ops=ops, events=chosen, **{**fields, **more})

    return build


@pytest.fixture
def make() -> Any:
    """The builders above, for tests (they are not packages and cannot import them)."""

    class Make:
        op = staticmethod(op)
        refusal = staticmethod(refusal)
        write = staticmethod(write)
        outage = staticmethod(outage)

    return Make


Judgement = Callable[..., Finding]


def finding(
    verdict: Verdict,
    gate: str,
    reason: str,
    ops: tuple[int, ...] = (),
    *,
    code: str = "",
    **figures: float,
) -> Finding:
    usual = {Verdict.PASS: "holds", Verdict.FAIL: gate, Verdict.INCONCLUSIVE: "unproven"}[verdict]
    return Finding(
        gate=gate,
        verdict=verdict,
        reason=reason,
        code=code or usual,
        figures=figures,
        ops=ops,
    )


@pytest.fixture
def told() -> Any:
    """``told.passed(gate, reason, **figures)`` and the like: what a judge must say, in full."""

    class Told:
        passed: Judgement = partial(finding, Verdict.PASS)
        failed: Judgement = partial(finding, Verdict.FAIL)
        inconclusive: Judgement = partial(finding, Verdict.INCONCLUSIVE)
        not_judged = staticmethod(not_judged)

    return Told
