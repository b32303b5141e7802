"""The pool returns its sessions: none is leaked, none stays in a transaction.

A pool opens a session when all others are in use, and keeps it, so more sessions than before are
not a leak. They are a leak if more simultaneous requests than sessions leave some sessions unused
(see ``CapacityProbed``). If a bound is declared, sessions within it belong to the pool.

Sessions are read from pg_stat_activity, not through the proxy. A session that is ``idle in
transaction`` while no request is running was leaked together with its locks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.events import BackendsSampled, CapacityProbed, RestSampled, RunEnded
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.held_sessions import longest_hold, longest_lock, longest_wait
from squall.gates.idle_sessions import working_share
from squall.gates.starvation import SPAN_SECONDS, unless_starved
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

ABORTED = "sessions-left-aborted"
IN_TRANSACTION = "sessions-left-in-transaction"
BEYOND_BOUND = "sessions-beyond-bound"
NOT_GIVEN_BACK = "sessions-not-given-back"
HELD = "sessions-held-while-waiting"
LOCKED = "rows-locked-while-waiting"
BLOCKED = "requests-wait-for-locks"
IDLE = "sessions-idle-while-waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLeaks(Gate):
    """After the run: no session in a transaction, and at most ``allowance`` more than before."""

    allowance: int = 5
    """Extra sessions that a pool may keep from its busiest moment."""
    times_declared: float | None = None
    """At no time more than this multiple of the declared bound. For outages that cut no connection:
    a server keeps cut sessions until it notices. Not judged if the app declares no bound.
    """

    held_seconds: float | None = None
    """How long all sessions may stay in a transaction without a statement, while requests fail. For
    outages that do not concern the database: what waits for something else holds no session. Not
    longer than half a deadline.
    """

    locks_seconds: float | None = None
    """How long a transaction that has locked rows may stand without a statement. For outages that
    fail single statements, or an upstream: who pauses, or waits for others, holds no locks.
    """

    blocked_seconds: float | None = None
    """How long statements may wait for locks in a row, while a transaction with locked rows stands
    without a statement. For outages in which a worker stands still: requests do not wait for it.
    """

    working_share: float | None = None
    """At least this share of the sessions has a statement under way while more requests than
    sessions wait, and some fail. For outages with more work than the pool has places: a session
    that is held and not used is held by a request that waits for another one.
    """

    statement_ms: float = 60
    """How long each statement takes in such an outage, at least."""

    name = "connection-leaks"
    severity = Severity.LEAK
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the last sample, taken when no request is running, with those before."""
        samples, before, after = _split(evidence)
        if not before or not after:
            return inconclusive(self.name, "the sessions were not counted before and after the run")
        most, last = max(sample.total for sample in before), after[-1]
        busy = last.idle_in_transaction + last.active
        figures: dict[str, float] = {"before": most, "after": last.total, "busy_after": busy}
        if held := self._held(evidence, samples, figures):
            return held
        if busy:
            return _stuck(evidence, busy, figures)
        return (
            self._locked(evidence, samples, figures)
            or self._blocked(evidence, samples, figures)
            or self._idle(evidence, figures)
            or self._left(evidence, samples, figures)
        )

    def _held(
        self, evidence: Evidence, samples: list[BackendsSampled], figures: dict[str, float]
    ) -> Finding | None:
        """Sessions that requests hold while they wait for something else."""
        if self.held_seconds is None:
            return None
        held = longest_hold(evidence, samples, at_least=int(figures["before"]))
        if held <= min(self.held_seconds, evidence.contract.deadline_seconds / 2):
            return None
        told = f"for {held:.1f} s every session was in a transaction and no statement ran"
        return failed(self.name, told, {**figures, "held": round(held, 2)}, code=HELD)

    def _locked(
        self, evidence: Evidence, samples: list[BackendsSampled], figures: dict[str, float]
    ) -> Finding | None:
        """Rows that requests lock while they do something else."""
        if self.locks_seconds is None:
            return None
        held = longest_lock(evidence, samples)
        figures["locks_held"] = round(held, 3)
        if held <= self.locks_seconds:
            return None
        told = f"a transaction that has locked rows stood for {held:.2f} s without a statement"
        return self._unless_starved(evidence, told, figures, LOCKED)

    def _blocked(
        self, evidence: Evidence, samples: list[BackendsSampled], figures: dict[str, float]
    ) -> Finding | None:
        """Requests that wait for rows which somebody who stands still has locked."""
        if self.blocked_seconds is None:
            return None
        waited = longest_wait(evidence, samples)
        if waited <= self.blocked_seconds:
            return None
        told = f"statements waited for locks for {waited:.2f} s, while a transaction stood still"
        figures["waited"] = round(waited, 3)
        return self._unless_starved(evidence, told, figures, BLOCKED)

    def _idle(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Sessions that requests hold while they wait for another one."""
        if self.working_share is None:
            return None
        seen = working_share(evidence, self.statement_ms / 1000)
        if seen is None:
            return None
        share, waited = seen
        figures["working_share"] = round(share, 3)
        if share >= self.working_share:
            return None
        told = (
            f"{share:.0%} of the sessions had a statement under way while {waited} requests waited:"
            " the others were held by requests that waited, too"
        )
        start, end = evidence.bounds("during")
        finding = failed(self.name, told, figures, code=IDLE)
        return unless_starved(finding, evidence, max(SPAN_SECONDS, end - start))

    def _unless_starved(
        self, evidence: Evidence, told: str, figures: dict[str, float], code: str
    ) -> Finding:
        """A failure, unless the app waited for a processor: then nothing is known."""
        finding = failed(self.name, told, figures, code=code)
        return unless_starved(finding, evidence)

    def _left(
        self, evidence: Evidence, samples: list[BackendsSampled], figures: dict[str, float]
    ) -> Finding:
        """Sessions that are there, and are not used."""
        most, last = int(figures["before"]), int(figures["after"])
        told = f"{last} sessions after the run, {most} before the fault"
        bound = evidence.contract.most_sessions or 0
        if last > max(most + self.allowance, bound):
            told, figures["unused"] = _count_unused(evidence, told, last - most)
            if figures["unused"] > self.allowance:
                return failed(self.name, told, figures, code=NOT_GIVEN_BACK)
        if bound and self.times_declared is not None:
            figures["most"] = max(sample.total for sample in samples)
            if figures["most"] > self.times_declared * bound:
                reason = f"{figures['most']} sessions at once, where {bound} are declared"
                return failed(self.name, reason, figures, code=BEYOND_BOUND)
        return passed(self.name, told, figures)


def _stuck(evidence: Evidence, busy: int, figures: Mapping[str, float]) -> Finding:
    """Sessions in a transaction. In a failed transaction every statement is refused."""
    rests = [event for event in evidence.events if isinstance(event, RestSampled)]
    aborted = rests[-1].aborted if rests and rests[-1].moment == "after" else 0
    stuck = f"{busy} of {figures['after']} sessions are still in a transaction"
    if aborted:
        told = f"{stuck}, with nothing asked; {aborted} of these transactions failed"
        return failed(ConnectionLeaks.name, told, {**figures, "aborted": aborted}, code=ABORTED)
    return failed(
        ConnectionLeaks.name, f"{stuck}, with nothing asked", figures, code=IN_TRANSACTION
    )


def _split(evidence: Evidence) -> tuple[list[BackendsSampled], ...]:
    """All samples, those before the first fault, and those after the end of the load."""
    samples = [event for event in evidence.events if isinstance(event, BackendsSampled)]
    ended = max((e.at for e in evidence.events if isinstance(e, RunEnded)), default=None)
    start = evidence.bounds("before")[1]
    before = [sample for sample in samples if sample.at < start]
    return samples, before, [one for one in samples if ended is not None and one.at >= ended]


def _count_unused(evidence: Evidence, told: str, more: int) -> tuple[str, int]:
    """Sessions that nothing uses any more; without a probe, those in excess of the number
    before.
    """
    probes = [event for event in evidence.events if isinstance(event, CapacityProbed)]
    if not probes:
        return told, more
    probe = probes[-1]
    if probe.computing:
        return f"{told}; whether they are used is not known: the app computed all the time", 0
    seen = f"{told}; {probe.unused} of them stayed unused when {probe.requests} requests came"
    return f"{seen} at once", probe.unused
