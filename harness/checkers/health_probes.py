"""Probes tell the truth, and tell it quickly: orchestrators act on them without asking twice.

live    never depends on the database: a restart cures no outage
ready   answers at once even when the database hangs, and is well again after the heal;
"ready" for a second in which not one request was served is a lie
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.verdict import Finding
from harness.core.events import ProbeSampled
from harness.history.evidence import Evidence
from harness.history.op import Op

OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthProbes:
    """Both probes answer within ``answer_ms``; readiness is no lie for ``lie_seconds``."""

    answer_ms: float = 500.0
    lie_seconds: float = 1.0
    lie_requests: int = 20
    """So few requests prove nothing about a lie."""

    name = "health-probes"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the first lie."""
        samples = [event for event in evidence.events if isinstance(event, ProbeSampled)]
        asked = [sample for sample in samples if not sample.app_meant_down]
        if not asked:
            return passed(self.name, "the app has no probes, so none was asked")
        live = [sample for sample in asked if sample.probe == "live"]
        ready = [sample for sample in asked if sample.probe == "ready"]
        slowest = max(sample.seconds for sample in asked) * 1000
        figures = {"asked": len(asked), "slowest_ms": round(slowest, 1)}
        problem = self._dead(live) or self._slow(asked) or self._lie(evidence, ready)
        if problem:
            return failed(self.name, problem, figures)
        if ready and ready[-1].status != OK:
            reason = f"readiness still says {ready[-1].status} at the end of the run"
            return failed(self.name, reason, figures)
        if not evidence.window("after"):
            return inconclusive(self.name, "nothing was asked after the heal", figures)
        return passed(
            self.name, f"{len(asked)} probes told the truth, slowest {slowest:.0f} ms", figures
        )

    @staticmethod
    def _dead(live: Sequence[ProbeSampled]) -> str:
        bad = [sample for sample in live if sample.status != OK]
        if not bad:
            return ""
        what = "no answer" if bad[0].status is None else f"status {bad[0].status}"
        many = f"{len(bad)} of {len(live)}"
        return f"liveness said {what} in {many} probes: a restart cures no outage"

    def _slow(self, asked: Sequence[ProbeSampled]) -> str:
        late = [sample for sample in asked if sample.seconds * 1000 > self.answer_ms]
        if not late:
            return ""
        worst = max(late, key=lambda sample: sample.seconds)
        return (
            f"{worst.probe} took {worst.seconds * 1000:.0f} ms to answer,"
            f" limit {self.answer_ms:g} ms; {len(late)} probes were late"
        )

    def _lie(self, evidence: Evidence, ready: Sequence[ProbeSampled]) -> str:
        """The longest stretch without one good answer, in which every probe said ready."""
        for stretch in _stretches(evidence.awaited):
            start, end = stretch[0].done, stretch[-1].done
            said = [sample for sample in ready if start <= sample.at <= end]
            long = end - start >= self.lie_seconds and len(stretch) >= self.lie_requests
            if long and said and all(sample.status == OK for sample in said):
                return (
                    f"readiness said ready for {end - start:.1f} s in which none of"
                    f" {len(stretch)} requests was served"
                )
        return ""


def _stretches(ops: Sequence[Op]) -> list[list[Op]]:
    """Runs of answers, by the time they came, without a good one among them."""
    found: list[list[Op]] = [[]]
    for op in sorted(ops, key=lambda op: op.done):
        if op.good:
            found.append([])
        else:
            found[-1].append(op)
    return [stretch for stretch in found if stretch]
