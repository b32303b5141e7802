"""Probes answer correctly and quickly: orchestrators act on them without a second check.

live    never depends on the database: a restart fixes no outage
ready   answers at once even if the database hangs, and is positive again after the heal;
"ready" during a second in which not one request succeeded is false; so is "not ready" while
requests succeed, where the database works: an orchestrator would take away what still serves

Where no probe is declared, requests that need no database stand in for one (``stalled_requests``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from squall.core.events import ProbeSampled
from squall.gates.findings import failed, inconclusive, listed, not_judged, passed
from squall.gates.stalled_requests import stalled_requests
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

OK = 200

NOT_LIVE = "liveness-failed"
LIVE_LATE = "liveness-late"
READY_LATE = "readiness-late"
READY_LIED = "readiness-lied"
NOT_READY_AGAIN = "readiness-not-restored"
STALLED = "requests-stalled"
READY_REFUSED = "not-ready-though-it-serves"
LEAST_REFUSED = 2
"""Liveness probes that were answered with an error: it was decided so, and not missed."""
LEAST_PROBES = 4
SERVED_OF_A_KIND = 0.9
LEAST_OF_A_KIND = 10
"""Where writes fail, all reads may be served, and they are what an orchestrator takes away."""
MOST_REFUSED = 0.8
"""So many are no chance, whatever the machine does: requests are served meanwhile."""
REFUSED_SHARE = 0.3
"""Share of the readiness probes that an orchestrator does not overlook."""


PROBES = 'live = "/livez" and ready = "/readyz"'
"""An example of the lines in ``[tool.squall]`` that let this gate judge."""


class _Problem(NamedTuple):
    code: str
    reason: str
    patience: float = 0.0
    """Seconds that the app had; 0: a moment is enough."""
    in_kind: bool = False
    """Whether the answer is wrong whenever it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthProbes(Gate):
    """Both probes answer within ``answer_ms``; readiness is not false for ``lie_seconds``."""

    answer_ms: float = 500.0
    lie_seconds: float = 1.0
    lie_requests: int = 20
    """Fewer failed requests than this do not prove that readiness was false."""
    serving_share: float | None = None
    """From this share of successful answers during the outage on, the app is ready. None requires
    nothing: where the database is away, answers may be copies.
    """

    name = "health-probes"
    severity = Severity.FORM
    timed = True
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the first wrong answer."""
        samples = [event for event in evidence.events if isinstance(event, ProbeSampled)]
        asked = [sample for sample in samples if not sample.app_meant_down]
        if not samples:
            return self._undeclared(evidence)
        if not asked:
            return passed(self.name, "the app was meant to be down at every probe")
        live = [sample for sample in asked if sample.probe == "live"]
        ready = [sample for sample in asked if sample.probe == "ready"]
        slowest = max(sample.seconds for sample in asked) * 1000
        figures = {"asked": len(asked), "slowest_ms": round(slowest, 1)}
        problem = self._dead(live) or self._slow(asked) or self._wrong(evidence, ready)
        if problem is not None:
            late = problem.code in (LIVE_LATE, READY_LATE)
            overrun = slowest / self.answer_ms if late else 0.0
            return failed(self.name, problem.reason, figures, code=problem.code, overrun=overrun,
                          patience=problem.patience, in_kind=problem.in_kind)  # fmt: skip
        if not evidence.window("after"):
            return inconclusive(self.name, "nothing was asked after the heal", figures)
        return passed(
            self.name, f"{len(asked)} probes told the truth, slowest {slowest:.0f} ms", figures
        )

    def _undeclared(self, evidence: Evidence) -> Finding:
        """Requests that need no database are as quick as a liveness probe would be."""
        stalled = stalled_requests(evidence, self.answer_ms / 1000)
        if stalled is None:
            return not_judged(self.name, "no probe is declared", configure=PROBES)
        slowest = max(op.done - op.sent for op in stalled.ops) * 1000
        reason = (
            f"{listed(sorted({op.name for op in stalled.ops}))}, which needs no database, took"
            f" up to {slowest:.0f} ms, limit {self.answer_ms:g} ms; {stalled.answered} of"
            f" {stalled.asked} requests were answered meanwhile"
        )
        figures = {"late": len(stalled.ops), "slowest_ms": round(slowest, 1)}
        overrun = slowest / self.answer_ms
        return failed(self.name, reason, figures, stalled.ops, code=STALLED, overrun=overrun)

    @staticmethod
    def _dead(live: Sequence[ProbeSampled]) -> _Problem | None:
        bad = [sample for sample in live if sample.status != OK]
        if not bad:
            return None
        what = "no answer" if bad[0].status is None else f"status {bad[0].status}"
        many = f"{len(bad)} of {len(live)}"
        said = f"liveness said {what} in {many} probes: a restart fixes no outage"
        refused = sum(sample.status is not None for sample in bad)
        return _Problem(NOT_LIVE, said, in_kind=refused >= LEAST_REFUSED)

    def _slow(self, asked: Sequence[ProbeSampled]) -> _Problem | None:
        late = [sample for sample in asked if sample.seconds * 1000 > self.answer_ms]
        if not late:
            return None
        worst = max(late, key=lambda sample: sample.seconds)
        reason = (
            f"{worst.probe} took {worst.seconds * 1000:.0f} ms to answer,"
            f" limit {self.answer_ms:g} ms; {len(late)} probes were late"
        )
        return _Problem(LIVE_LATE if worst.probe == "live" else READY_LATE, reason)

    def _lie(self, evidence: Evidence, ready: Sequence[ProbeSampled]) -> _Problem | None:
        """The longest stretch without a successful answer in which every probe answered "ready"."""
        for stretch in _stretches(evidence.awaited):
            start, end = stretch[0].done, stretch[-1].done
            said = [sample for sample in ready if start <= sample.at <= end]
            long = end - start >= self.lie_seconds and len(stretch) >= self.lie_requests
            if long and said and all(sample.status == OK for sample in said):
                reason = (
                    f"readiness said ready for {end - start:.1f} s in which none of"
                    f" {len(stretch)} requests was served"
                )
                return _Problem(READY_LIED, reason, end - start)
        return None

    def _wrong(self, evidence: Evidence, ready: Sequence[ProbeSampled]) -> _Problem | None:
        found = self._lie(evidence, ready) or self._refusal(evidence, ready)
        if found or not ready or ready[-1].status == OK:
            return found
        healed, _ = evidence.bounds("after")
        reason = f"readiness still says {ready[-1].status} at the end of the run"
        return _Problem(NOT_READY_AGAIN, reason, max(0.0, ready[-1].at - healed))

    def _refusal(self, evidence: Evidence, ready: Sequence[ProbeSampled]) -> _Problem | None:
        """Probes that answered "not ready" while requests were served."""
        start, end = evidence.bounds("during")
        ops = [op for op in evidence.window("during") if not op.client_cancelled]
        said = [sample for sample in ready if start <= sample.at <= end]
        no = sum(sample.status != OK for sample in said)
        if self.serving_share is None or len(said) < LEAST_PROBES or no < REFUSED_SHARE * len(said):
            return None
        served = self._served(ops)
        if not served:
            return None
        told = f"readiness said no in {no} of {len(said)} probes, while {served}"
        return _Problem(READY_REFUSED, told, in_kind=no >= MOST_REFUSED * len(said))

    def _served(self, ops: Sequence[Op]) -> str:
        """What was served, if it was enough: of all requests, or of reads or writes alone."""
        reads = [op for op in ops if op.effect == "read" and not op.copy]
        writes = [op for op in ops if op.effect != "read"]
        least = self.serving_share or 0.0
        for what, some, share, number in (
            ("requests", ops, least, 1),
            ("reads", reads, SERVED_OF_A_KIND, LEAST_OF_A_KIND),
            ("writes", writes, SERVED_OF_A_KIND, LEAST_OF_A_KIND),
        ):
            good = sum(op.good for op in some)
            if len(some) >= number and good >= share * len(some):
                return f"{good} of {len(some)} {what} were served"
        return ""


def _stretches(ops: Sequence[Op]) -> list[list[Op]]:
    """Sequences of answers, by time of arrival, without a successful one."""
    found: list[list[Op]] = [[]]
    for op in sorted(ops, key=lambda op: op.done):
        if op.good:
            found.append([])
        else:
            found[-1].append(op)
    return [stretch for stretch in found if stretch]
