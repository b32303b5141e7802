"""The app is healthy before the first fault. Otherwise nothing can be attributed to the fault.

slow, or refused ─▶ inconclusive       no answer, or 5xx ─▶ fail: unhealthy without any fault
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from squall.core.events import SteadyStateChecked
from squall.gates.conflicts import not_well
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.percentiles import percentile
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op

UNSTEADY = "unsteady"
NOT_WELL = "not-well-without-faults"
SHOWN = 4
WORDS = 60
MIN_ILL = 3
"""Minimum number of bad answers that count as unhealthy; fewer may be chance."""

SLOWER = 4.0
"""Limit for operations that are slow by nature, as a multiple of their time without load."""

NEIGHBOURS = 3.0
"""Limit for the other operations, as a multiple of the slowest one's time without load."""

REFUSES = 503
"""The app refuses because of too much load, which does not mean that it is unhealthy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyState(Gate):
    """The app is healthy before the first fault. Otherwise nothing can be attributed to the
    fault.
    """

    good_min: float = 0.99
    p95_ms: float = 400.0

    name = "steady-state"
    severity = Severity.VALIDITY
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Judge the share of successful answers and their p95 in the ``before`` window."""
        denied = [
            event
            for event in evidence.events
            if isinstance(event, SteadyStateChecked) and not event.holds
        ]
        if evidence.first_injected is None and (
            ill := _ill(evidence.window("before"), 1 - self.good_min)
        ):
            return self._not_well(evidence, ill)
        if denied:
            return inconclusive(self.name, denied[0].reason, code=UNSTEADY)
        return self._judge_answers(evidence)

    def _judge_answers(self, evidence: Evidence) -> Finding:
        ops = evidence.window("before")
        slow = percentile([op.response_seconds for op in ops], 95)
        if slow is None:
            return inconclusive(self.name, f"only {len(ops)} operations before the fault")
        ill = not_well(ops)
        share = 1 - len(ill) / len(ops)
        told = f"{share:.1%} of {len(ops)} answers good, p95 {slow * 1000:.0f} ms before the fault"
        figures = {"good_share": round(share, 4), "p95_ms": round(slow * 1000, 1)}
        over = percentile(
            [op.response_seconds - self._limit(op, evidence.contract) for op in ops], 95
        )
        if share < self.good_min:
            told += f"; {describe_ill(ill)}"
        if share < self.good_min or round(over or 0.0, 6) > 0:
            return inconclusive(
                self.name, f"not well to begin with: {told}", figures, code=UNSTEADY
            )
        return passed(self.name, told, figures)

    def _limit(self, op: Op, contract: Contract) -> float:
        """A slow operation, such as one that hashes a password, may make its neighbours wait."""
        calm = contract.calm_seconds
        waiting = NEIGHBOURS * max(calm.values(), default=0.0)
        return max(
            self.p95_ms / 1000,
            SLOWER * calm.get(op.name, 0.0),
            min(waiting, contract.deadline_seconds / 2),
        )

    def _not_well(self, evidence: Evidence, ill: list[Op]) -> Finding:
        count = len(evidence.window("before"))
        figures = {"ill": float(len(ill)), "requests": float(count)}
        told = f"without any fault, {len(ill)} of {count} requests failed: {describe_ill(ill)}"
        hung = [op.done - op.sent for op in ill if op.error == "timeout"]
        patience = min(hung) if len(hung) == len(ill) else 0.0
        return failed(self.name, told, figures, ill, code=NOT_WELL, patience=patience)


def _ill(ops: list[Op], allowed: float) -> list[Op]:
    """Answers that a healthy app does not give without a fault; empty if they are too few."""
    ill = [op for op in ops if not op.good and is_ill(op)]
    return ill if len(ill) >= MIN_ILL and len(ill) > allowed * len(ops) else []


def is_ill(op: Op) -> bool:
    """Whether the app gave no answer, or reported a failure of its own."""
    if op.status is None:
        return not op.client_cancelled
    return op.status >= 500 and op.status != REFUSES  # noqa: PLR2004 - HTTP's 5xx


def describe_ill(ops: Iterable[Op]) -> str:
    """Operation, status, count and start of the body, the most frequent first."""
    kinds = Counter((op.name, str(op.status or op.error), _words(op.body)) for op in ops)
    lines = [
        f"{count} x {name} {what}" + (f" ({words})" if words else "")
        for (name, what, words), count in kinds.most_common(SHOWN)
    ]
    more = len(kinds) - SHOWN
    return "; ".join([*lines, *([f"{more} more kinds"] if more > 0 else [])])


def _words(body: str) -> str:
    return " ".join(body.split())[:WORDS]
