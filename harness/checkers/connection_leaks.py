"""The pool gives back what it took: as many sessions as before, none left in a transaction.

A pool that lost its sessions may grow again, to its bound if that was declared; a gate may ask that
it never grew beyond.

Read from pg_stat_activity behind the proxy. A session that is ``idle in transaction`` while nobody
asks anything was forgotten with its locks.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.verdict import Finding
from harness.core.events import BackendsSampled, RunEnded
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLeaks:
    """After the run: no session in a transaction, and at most ``allowance`` more than before."""

    allowance: int = 5
    """A pool may keep the sessions that its busiest moment needed."""
    times_declared: float | None = None
    """At no time more than so many times the declared bound; for outages that cut no connection: a
    server keeps what was cut off until it notices. Not judged of an app that declared none."""

    name = "connection-leaks"

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the last sample, taken when nothing is asked any more, with those before."""
        samples = [event for event in evidence.events if isinstance(event, BackendsSampled)]
        ended = max((e.at for e in evidence.events if isinstance(e, RunEnded)), default=None)
        start = evidence.bounds("before")[1]
        before = [sample for sample in samples if sample.at < start]
        after = [sample for sample in samples if ended is not None and sample.at >= ended]
        if not before or not after:
            return inconclusive(self.name, "the sessions were not counted before and after the run")
        most, last = max(sample.total for sample in before), after[-1]
        busy = last.idle_in_transaction + last.active
        figures = {"before": most, "after": last.total, "busy_after": busy}
        if busy:
            stuck = f"{busy} of {last.total} sessions are still in a transaction"
            return failed(self.name, f"{stuck}, with nothing asked", figures)
        bound = evidence.contract.most_sessions or 0
        if bound and self.times_declared is not None:
            figures["most"] = max(sample.total for sample in samples)
            if figures["most"] > self.times_declared * bound:
                reason = f"{figures['most']} sessions at once, where {bound} are declared"
                return failed(self.name, reason, figures)
        told = f"{last.total} sessions after the run, {most} before the fault"
        if last.total > max(most + self.allowance, bound):
            return failed(self.name, told, figures)
        return passed(self.name, told, figures)
