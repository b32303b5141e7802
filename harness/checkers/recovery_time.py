"""How long after the heal callers still suffer.

    heal ──✗──✗──✓──✗──✓──✓──✓──✓──✓──▶ intended start
         └──────────────┘
         recovery time: until the first answer from which on every answer is good and quick

The instant is when that first good answer arrived. Zero is possible: the app answered well before
the heal, and never stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence
from harness.history.op import Op


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryTime:
    """Within ``within_ms`` of the last heal every answer is good and quick, for good."""

    within_ms: float = 500.0
    answer_ms: float = 500.0
    """An answer slower than this does not count as recovered."""
    at_least: int = 20
    """So many good answers in a row, to the end, are proof."""

    name = "recovery-time"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail when it took longer, or never happened."""
        healed = evidence.last_healed
        if healed is None:
            return inconclusive(
                self.name, "no fault was healed, so there is nothing to recover from"
            )
        after = evidence.window("after")
        if len(after) < self.at_least:
            reason = f"only {len(after)} operations after the heal; {self.at_least} are needed"
            return inconclusive(self.name, reason)
        bad = [index for index, op in enumerate(after) if not self._well(op)]
        steady = after[bad[-1] + 1 :] if bad else after
        if len(steady) < self.at_least:
            return self._never(evidence, after, bad)
        recovery = (
            (steady[0].done - healed) * 1000 if bad or not self._well_before(evidence) else 0.0
        )
        figures = {"recovery_ms": round(recovery, 1), "bad_after_heal": len(bad)}
        told = (
            f"recovered {recovery:.0f} ms after the heal, {len(bad)} bad answers since;"
            f" limit {self.within_ms:g} ms"
        )
        if recovery <= self.within_ms:
            return passed(self.name, told, figures)
        return failed(self.name, told, figures, [after[index] for index in bad])

    def _well(self, op: Op) -> bool:
        return op.good and op.response_seconds * 1000 <= self.answer_ms

    def _well_before(self, evidence: Evidence) -> bool:
        """Whether the last answers before the heal were good already."""
        during = evidence.window("during")
        return bool(during) and all(self._well(op) for op in during[-self.at_least :])

    def _never(self, evidence: Evidence, after: list[Op], bad: list[int]) -> Finding:
        watched = max(op.done for op in after) - (evidence.last_healed or 0.0)
        reason = (
            f"not recovered {watched:.2f} s after the heal: {len(bad)} of {len(after)} answers"
            " since were bad"
        )
        return failed(self.name, reason, {"bad_after_heal": len(bad)}, [after[i] for i in bad])
