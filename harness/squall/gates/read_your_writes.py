"""An acknowledged write can be read at once: no answer shows the state before it.

Some writes are read back right after their acknowledgement. "Not found" is then a wrong answer; an
error that promises nothing (503, a time-out) is allowed. If a failover may lose writes acknowledged
during the fault (``allow_lost_during``), such a write may be missing here, too.

After the heal, reads of items that the load updates are compared with the server's log, if it can
be read; see :mod:`squall.gates.stale_reads`.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.calm_answers import GONE
from squall.gates.data_safety import acknowledged_during
from squall.gates.findings import failed, not_judged, passed
from squall.gates.lost_from_sight import lost_from_sight
from squall.gates.never_stored import shown_but_never_stored
from squall.gates.row_log import RowLog, read_log
from squall.gates.stale_reads import StaleReads, find_stale_reads
from squall.gates.stored_updates import judge_updates
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import FIRST_READ_BACK, Op

STALE = "stale-read"
NEVER_STORED = "never-stored"
LOST_FROM_SIGHT = "lost-from-sight"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadYourWrites(Gate):
    """No read of an acknowledged write is answered with "not found"."""

    allow_lost_during: bool = False
    """Whether a write that was acknowledged while a fault was in force may be missing."""

    fresh_at_once: bool = False
    """Whether reads show each update during the faults, too: where the database works all the time.
    """

    name = "read-your-writes"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the reads that are behind, or with the writes that could not be read."""
        log = None if self.allow_lost_during else read_log(evidence)
        if log is not None and (odd := shown_but_never_stored(evidence, log)):
            reason = f"{len(odd)} reads showed values that no transaction has stored"
            return failed(self.name, reason, {"never_stored": len(odd)}, odd, code=NEVER_STORED)
        compared = self._stale_reads(evidence, log)
        if compared.stale:
            reason = f"{len(compared.stale)} reads showed an item as it was before its last update"
            figures = {"compared": compared.compared, "stale": len(compared.stale)}
            return failed(self.name, reason, figures, compared.stale, code=STALE)
        return self._lost(evidence) or self._read_back(evidence, compared)

    def _lost(self, evidence: Evidence) -> Finding | None:
        gone = [] if self.allow_lost_during else lost_from_sight(evidence)
        if not gone:
            return None
        reason = f"{len(gone)} writes that a read had found were not found after the outage"
        return failed(self.name, reason, {"lost": len(gone)}, gone, code=LOST_FROM_SIGHT)

    def _read_back(self, evidence: Evidence, compared: StaleReads) -> Finding:
        asked = [op for op in evidence.ops if op.is_read_back]
        if not asked and compared.compared:
            told = f"{compared.compared} reads showed the last update of their item"
            return passed(self.name, told, {"compared": compared.compared})
        if not asked:
            return not_judged(self.name, "no write was read back")
        missing = [op for op in asked if op.status in GONE]
        bad = self._not_allowed(evidence, missing)
        figures = {"read_back": len(asked), "missing": len(missing)}
        if bad:
            reason = f"{len(bad)} of {len(asked)} acknowledged writes were not found at once"
            return failed(self.name, reason, figures, bad)
        lost = f", {len(missing)} of them lost in the outage, as is allowed" if missing else ""
        return passed(self.name, f"{len(asked)} acknowledged writes were read back{lost}", figures)

    def _stale_reads(self, evidence: Evidence, log: RowLog | None) -> StaleReads:
        if log is None:
            return StaleReads(0, [])
        updates = judge_updates(evidence, log)
        return find_stale_reads(evidence, log, updates, at_once=self.fresh_at_once)

    def _not_allowed(self, evidence: Evidence, missing: list[Op]) -> list[Op]:
        if not self.allow_lost_during:
            return missing
        writes = {op.id: op for op in evidence.ops}
        return [
            op
            for op in missing
            if (write := writes.get(op.id - FIRST_READ_BACK)) is None
            or not acknowledged_during(evidence, write)
        ]
