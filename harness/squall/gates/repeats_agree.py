"""A repeat with the same key is answered like the first request: with the same order, not another.

Number or status may differ in form (201, then 200); the identity in the answer may not. Nor may a
client that sends a failed write again be told for ever to come again, while others are served: what
notes that its key is under way is kept by an error path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from squall.core.counting import counted
from squall.gates.asked_again import refused_for_good
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.mixed_up import mixed_up
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

MIXED_UP = "answers-mixed-up"
REFUSED = "repeats-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatsAgree(Gate):
    """Successful answers to one key identify the same thing, and those to two keys two things."""

    name = "repeats-agree"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys whose answers differ."""
        attempts: defaultdict[str, list[Op]] = defaultdict(list)
        for op in evidence.ops:
            if op.key is not None and op.good and identities(op):
                attempts[op.key].append(op)
        if mixed := mixed_up(evidence):
            ops = [op for group in mixed for op in group]
            reason = f"answers are mixed up: {len(mixed)} ids were given to different writes"
            return failed(self.name, reason, {"mixed_up": len(ops)}, ops, code=MIXED_UP)
        if refused := refused_for_good(evidence):
            told = f"{counted(len(refused), 'writes')} that failed in the outage and are sent again"
            reason = f"{told} with the same key are told each time to come again"
            figures = {"refused": len(refused)}
            return failed(self.name, reason, figures, refused, code=REFUSED)
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


def _differ(ops: Sequence[Op]) -> bool:
    """Whether a place that all answers have holds different ids."""
    found = [identities(op) for op in ops]
    common = set(found[0]).intersection(*found[1:])
    return any(len({one[place] for one in found}) > 1 for place in common)
