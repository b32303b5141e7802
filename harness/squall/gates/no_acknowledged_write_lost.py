"""A write that the app acknowledged exists after the outage: the promise of a database.

Asynchronous replication does not give this promise for a failover: transactions that the primary
acknowledged and had not sent are lost with it. A scenario that sets ``allow_lost_during`` passes,
and the finding still names every lost write. Writes acknowledged before the fault or after the heal
must always exist.

An update makes no row with a key. If the server's log can be read, the values that it sent are
looked for there; see :mod:`squall.gates.stored_updates`. What one update has stored may be
undone by another write that saves the whole row; see :mod:`squall.gates.set_back`, or by what the
app does when it starts (:mod:`squall.gates.undone_at_a_start`). Rows that the app deleted by itself
are lost, too (:mod:`squall.gates.deleted_rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from squall.gates.data_safety import acknowledged_during, keyed_writes, truth_of
from squall.gates.deleted_rows import deleted_after_success
from squall.gates.findings import failed, inconclusive, listed, passed
from squall.gates.row_log import read_log
from squall.gates.set_back import set_back
from squall.gates.stored_updates import Updates, judge_updates
from squall.gates.undone_at_a_start import undone_at_a_start
from squall.gates.verdict import Finding, Gate, Severity, Verdict
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome

UPDATE_LOST = "update-lost"
UPDATE_UNDONE = "update-undone"
UNDONE_AT_START = "undone-by-a-start"
ROW_DELETED = "acknowledged-row-deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAcknowledgedWriteLost(Gate):
    """Every ``applied`` write is found in the database."""

    allow_lost_during: bool = False
    """Whether writes acknowledged while a fault was in force may be lost."""

    name = "no-acknowledged-write-lost"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the lost updates or keys; if loss is allowed, pass and list them."""
        log = read_log(evidence)
        updates = None if log is None else judge_updates(evidence, log)
        found = (
            self._never_stored(evidence, updates)
            or self._undone(evidence)
            or self._deleted(evidence)
            or self._of_keys(evidence)
        )
        if found.verdict is Verdict.NOT_JUDGED and updates is not None and updates.judged:
            told = f"all {len(updates.judged)} acknowledged updates were committed"
            return passed(self.name, told, {"updates": len(updates.judged)})
        return found

    def _never_stored(self, evidence: Evidence, updates: Updates | None) -> Finding | None:
        lost = self._not_allowed(evidence, [] if updates is None else updates.lost)
        if not lost:
            return None
        reason = f"{len(lost)} acknowledged updates were never committed"
        told = f"{reason}: {listed([op.request for op in lost])}"
        return failed(self.name, told, {"updates_lost": len(lost)}, lost, code=UPDATE_LOST)

    def _deleted(self, evidence: Evidence) -> Finding | None:
        gone = self._not_allowed(evidence, deleted_after_success(evidence))
        if not gone:
            return None
        reason = f"the rows of {len(gone)} acknowledged writes were deleted by the app itself"
        told = f"{reason}: {listed([op.request for op in gone])}"
        return failed(self.name, told, {"deleted": len(gone)}, gone, code=ROW_DELETED)

    def _undone(self, evidence: Evidence) -> Finding | None:
        """Changes that were acknowledged, and that a write undid which they do not concern, or a
        start.
        """
        if by_start := undone_at_a_start(evidence):
            columns = listed(sorted({one.column for one in by_start}))
            told = (
                f"{len(by_start)} acknowledged changes of {columns} were overwritten when the app"
            )
            ops, figures = [one.op for one in by_start], {"updates_undone": len(by_start)}
            return failed(self.name, f"{told} started", figures, ops, code=UNDONE_AT_START)
        found = [one for one in set_back(evidence)
                 if any(op.outcome is Outcome.APPLIED for op in one.undone)]  # fmt: skip
        if not found:
            return None
        columns = listed(sorted({one.column for one in found}))
        by = listed(sorted({one.by.name for one in found}))
        told = f"{len(found)} acknowledged changes of {columns} were undone by {by}"
        ops = [op for one in found for op in (*one.undone, one.by)]
        figures = {"updates_undone": len(found)}
        return failed(self.name, told, figures, ops, code=UPDATE_UNDONE)

    def _of_keys(self, evidence: Evidence) -> Finding:
        final_state = truth_of(self.name, evidence)
        if isinstance(final_state, Finding):
            return final_state
        applied = keyed_writes(evidence, Outcome.APPLIED)
        if not applied:
            return inconclusive(self.name, "no write was acknowledged, so none could be lost")
        lost = [op for op in applied if not final_state.writes.get(str(op.key))]
        figures = {"acknowledged": len(applied), "lost": len(lost)}
        if not lost:
            return passed(self.name, f"all {len(applied)} acknowledged writes are there", figures)
        counted = f"of {len(applied)} acknowledged writes are not in the database"
        worse = self._not_allowed(evidence, lost)
        if not worse:
            return passed(
                self.name,
                f"{len(lost)} {counted}, which is allowed: each was acknowledged while a fault was"
                f" in force: {_keys(lost)}",
                figures,
                noted=True,
            )
        when = ", acknowledged before the fault or after the heal" if self.allow_lost_during else ""
        return failed(self.name, f"{len(worse)} {counted}{when}: {_keys(worse)}", figures, worse)

    def _not_allowed(self, evidence: Evidence, lost: Sequence[Op]) -> list[Op]:
        if not self.allow_lost_during:
            return list(lost)
        return [op for op in lost if not acknowledged_during(evidence, op)]


def _keys(lost: Sequence[Op]) -> str:
    return listed([str(op.key) for op in lost])
