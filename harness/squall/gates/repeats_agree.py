"""A repeat with the same key is answered like the first request: with the same order, not another.

Number or status may differ in form (201, then 200); the identity in the answer may not. Nor may a
client that sends a failed write again be told for ever to come again, while others are served: what
notes that its key is under way is kept by an error path.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from squall.core.counting import counted
from squall.gates.asked_again import refused_for_good
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.mixed_up import mixed_up
from squall.gates.repeats_in_conflict import repeats_in_conflict
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

MIXED_UP = "answers-mixed-up"
REFUSED = "repeats-refused"
BLAMED = "repeats-blamed"
CONFLICTING = "repeats-in-conflict"
WRONG = frozenset({400, 404, 405, 410, 422})
"""Statuses that say that a request itself is wrong, though it was right when it came first."""
LEAST_BLAMED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatsAgree(Gate):
    """Successful answers to one key identify the same thing, and those to two keys two things."""

    same_requests: bool = True
    """Whether a repeat is the same request as the first; if it has another body, it may be refused.
    """

    name = "repeats-agree"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys whose answers differ."""
        attempts: defaultdict[str, list[Op]] = defaultdict(list)
        for op in evidence.ops:
            if op.key is not None and op.good and identities(op):
                attempts[op.key].append(op)
        if found := self._refused_or_mixed_up(evidence):
            return found
        repeated = {key: ops for key, ops in attempts.items() if len(ops) > 1}
        if not repeated:
            return not_judged(self.name, "no write was answered twice")
        unlike = [key for key, ops in repeated.items() if _differ(ops)]
        figures = {"repeated": len(repeated), "unlike": len(unlike)}
        if unlike:
            reason = f"{len(unlike)} of {len(repeated)} repeated writes were answered with"
            ops = [op for key in unlike for op in repeated[key]]
            return failed(self.name, f"{reason} another id: {listed(unlike)}", figures, ops)
        return passed(self.name, f"{len(repeated)} repeats were answered like the first", figures)

    def _refused_or_mixed_up(self, evidence: Evidence) -> Finding | None:
        """What is wrong whatever the answers to one key identify."""
        if mixed := mixed_up(evidence):
            ops = [op for group in mixed for op in group]
            reason = f"answers are mixed up: {len(mixed)} ids were given to different writes"
            return failed(self.name, reason, {"mixed_up": len(ops)}, ops, code=MIXED_UP)
        if refused := refused_for_good(evidence):
            told = f"{counted(len(refused), 'writes')} that failed in the outage and are sent again"
            reason = f"{told} with the same key are told each time to come again"
            figures = {"refused": len(refused)}
            return failed(self.name, reason, figures, refused, code=REFUSED)
        if taken := repeats_in_conflict(evidence):
            told = (
                f"{counted(len(taken), 'writes')} that had been refused are told of a conflict when"
            )
            reason = f"{told} they come again, and nothing with their key was ever committed"
            return failed(self.name, reason, {"in_conflict": len(taken)}, taken, code=CONFLICTING)
        if self.same_requests and (blamed := _blamed(evidence)):
            told = f"{counted(len(blamed), 'repeats')} of writes that were right the first time"
            status = Counter(op.status for op in blamed).most_common(1)[0][0]
            reason = f"{told} are told that they are wrong: status {status} ({blamed[0].request})"
            return failed(self.name, reason, {"blamed": len(blamed)}, blamed, code=BLAMED)
        return None


def _blamed(evidence: Evidence) -> list[Op]:
    """Repeats of a POST whose status says that it is wrong, as that of no request did that was not
    repeated: a repeat may overtake the first one.
    """
    first = {op.id: op for op in evidence.ops if op.repeats is None}
    twice = {op.repeats for op in evidence.ops}
    known = {(op.name, op.status) for op in first.values() if op.id not in twice}
    found = [
        op
        for op in evidence.ops
        if op.status in WRONG
        and op.request.startswith("POST ")
        and (op.name, op.status) not in known
        and op.repeats is not None
        and (begun := first.get(op.repeats)) is not None
        and (begun.good or begun.may_pass)
    ]
    return found if len(found) >= LEAST_BLAMED else []


def _differ(ops: Sequence[Op]) -> bool:
    """Whether a place that all answers have holds different ids."""
    found = [identities(op) for op in ops]
    common = set(found[0]).intersection(*found[1:])
    return any(len({one[place] for one in found}) > 1 for place in common)
