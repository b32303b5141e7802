"""A second copy of the app gets ready while the first one runs, and the server has room for both.

A rolling deploy starts the new version before it ends the old one, so for a while there are two
pools. If they want more connections than the server has, the new version does not come up, or it
is refused connections when the load arrives (PostgreSQL, chapter "Connections and Authentication",
``max_connections``).

A migration at each start may also lock what the first copy's requests need:

    first copy    ▐ waits for locks ▌ 503 503 503      nothing else is wrong
    second copy   ALTER TABLE … ─────────── COMMIT

Or it may end the sessions of the first one, "left by the last crash": then requests fail at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.counting import counted
from squall.core.events import SecondCopyEnded
from squall.core.server_events import ENDED, StatementsRefused
from squall.gates.findings import failed, not_judged, passed
from squall.gates.held_sessions import longest_queue
from squall.gates.starvation import unless_starved
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

NOT_READY = "copy-not-ready"
REFUSED = "connections-refused"
LOCKED_OUT = "first-copy-locked-out"
DISTURBED = "first-copy-disturbed"
OVERLAP = "app.overlap"
AT_ONCE_SECONDS = 0.3
"""A refusal that took longer may be a wait that was in vain."""
QUEUE_SECONDS = 0.4
"""How long requests may queue for a lock in a row: to look whether tables are there takes less."""
LEAST_HARMED = 3
LEAST_ENDED = 2
"""A single one may be somebody's who watches the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCopyStarts(Gate):
    """Each second copy gets ready beside the first, and no connection of either is refused."""

    name = "second-copy-starts"
    severity = Severity.DEAD

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the connections that the full server refused."""
        copies = [event for event in evidence.events if isinstance(event, SecondCopyEnded)]
        if not copies:
            return not_judged(self.name, "one copy of the app ran at a time")
        judged = [copy for copy in copies if not copy.clashed]
        if not judged:
            told = "the second copy needs a port or a file of this machine that the first one has"
            return not_judged(self.name, told)
        worst = min(judged, key=lambda copy: (copy.ready, -copy.refused))
        figures = {"seconds": round(worst.seconds, 2), "refused": worst.refused}
        full = f"the server was full and refused {counted(worst.refused, 'connections')}"
        if not worst.ready:
            code = worst.exit_code
            how = "did not get ready" if code is None else f"ended with exit code {code}"
            more = f"; {full}" if worst.refused else ""
            reason = f"a second copy of the app {how} while the first one ran{more}"
            return failed(self.name, reason, figures, code=NOT_READY)
        if worst.refused:
            reason = f"while two copies of the app ran, {full}"
            return failed(self.name, reason, figures, code=REFUSED)
        told = f"a second copy was ready after {worst.seconds:.1f} s"
        return self._harmed(evidence, figures, worst) or passed(self.name, told, figures)

    def _harmed(
        self, evidence: Evidence, figures: dict[str, float], copy: SecondCopyEnded
    ) -> Finding | None:
        """What the start does to the first copy."""
        return (
            self._locked_out(evidence, figures)
            or self._ended(evidence, figures)
            or self._disturbed(evidence, figures, copy.seconds)
        )

    def _locked_out(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Requests that queue for locks when nothing but the start of a copy is under way."""
        queued = longest_queue(evidence)
        during = evidence.window("during")
        harmed = [op for op in during if op.is_servers_error or op.response_seconds > QUEUE_SECONDS]
        if queued <= QUEUE_SECONDS or len(harmed) < LEAST_HARMED:
            return None
        figures["queued"] = round(queued, 2)
        told = f"while a second copy started, requests queued for locks for {queued:.1f} s"
        reason = f"{told}, and {counted(len(harmed), 'requests')} failed or were late"
        finding = failed(self.name, reason, figures, harmed, code=LOCKED_OUT)
        return unless_starved(finding, evidence, queued)

    def _ended(self, evidence: Evidence, figures: dict[str, float]) -> Finding | None:
        """Sessions that were ended by a command, when only a second copy was started."""
        refused = [event for event in evidence.events if isinstance(event, StatementsRefused)]
        ended = sum(event.during for event in refused if event.why == ENDED)
        if evidence.fault_keys != {OVERLAP} or ended < LEAST_ENDED:
            return None
        told = f"while a second copy started, {counted(ended, 'sessions')} of the first one were"
        figures["ended"] = ended
        return failed(self.name, f"{told} ended by a command", figures, code=DISTURBED)

    def _disturbed(
        self, evidence: Evidence, figures: dict[str, float], seconds: float
    ) -> Finding | None:
        """Requests that fail at once in the first copy, when nothing but the start of the second
        one is under way: callers are led to that when it is ready.
        """
        start = evidence.first_injected
        if evidence.fault_keys != {OVERLAP} or start is None:
            return None
        if any(op.is_servers_error for op in evidence.window("before")):
            return None
        harmed = [
            op
            for op in evidence.awaited
            if start <= op.done <= start + seconds and op.is_servers_error
            and op.status is not None and op.done - op.sent < AT_ONCE_SECONDS
        ]  # fmt: skip
        if len(harmed) < LEAST_HARMED:
            return None
        figures["disturbed"] = len(harmed)
        told = f"while a second copy started, {counted(len(harmed), 'requests')} failed at once"
        reason = f"{told}, with status {harmed[0].status} ({harmed[0].request})"
        finding = failed(self.name, reason, figures, harmed, code=DISTURBED)
        return unless_starved(finding, evidence)
