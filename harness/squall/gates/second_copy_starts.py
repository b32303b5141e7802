"""A second copy of the app gets ready while the first one runs, and the server has room for both.

A rolling deploy starts the new version before it ends the old one, so for a while there are two
pools. If they want more connections than the server has, the new version does not come up, or it
is refused connections when the load arrives (PostgreSQL, chapter "Connections and Authentication",
``max_connections``).
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.counting import counted
from squall.core.events import SecondCopyEnded
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

NOT_READY = "copy-not-ready"
REFUSED = "connections-refused"


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
        return passed(self.name, f"a second copy was ready after {worst.seconds:.1f} s", figures)
