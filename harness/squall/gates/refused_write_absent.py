"""A refusal is also a promise: what the app refused must not have happened.

Without ``written_keys`` it is judged where nothing but single statements was answered with errors:
then no COMMIT can be in doubt, and logical decoding shows what was committed all the same. Updates
are judged there, too; see :mod:`squall.gates.late_updates`. Writes that wait in a queue of the app
when they are refused are seen where statements wait for a lock
(:mod:`squall.gates.refused_and_queued`).
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.committed_rows import read_rows
from squall.gates.data_safety import keyed_writes, truth_of
from squall.gates.findings import failed, listed, passed
from squall.gates.late_updates import QUICK_SECONDS, late_updates, only_statements_fail
from squall.gates.refused_and_queued import refused_and_queued
from squall.gates.usual_rows import learn_usual_rows, new_rows
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Outcome

STORED_LATER = "refused-update-stored-later"
QUEUED = "refused-and-queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedWriteAbsent(Gate):
    """No ``refused`` write is found in the database.

    If a write was sent several times with one key, this applies only if all attempts were refused.
    """

    name = "refused-write-absent"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys that were refused and stored anyway."""
        if late := late_updates(evidence):
            reason = f"{len(late)} refused updates were stored later, when nobody asked for them"
            return failed(self.name, reason, {"stored_later": len(late)}, late, code=STORED_LATER)
        if queued := refused_and_queued(evidence):
            reason = f"{len(queued)} refused writes were stored when they had been refused, more"
            reason += " than were under way"
            return failed(self.name, reason, {"queued": len(queued)}, queued, code=QUEUED)
        found = self._stored(evidence)
        if isinstance(found, Finding):
            return found
        refused = keyed_writes(evidence, Outcome.REFUSED)
        open_keys = {op.key for op in evidence.ops if op.outcome is not Outcome.REFUSED}
        there = [op for op in refused if op.key in found and op.key not in open_keys]
        figures = {"refused": len(refused), "present": len(there)}
        if not there:
            return passed(self.name, f"none of {len(refused)} refused writes is there", figures)
        keys = listed([str(op.key) for op in there])
        reason = f"{len(there)} of {len(refused)} refused writes are in the database: {keys}"
        return failed(self.name, reason, figures, there)

    def _stored(self, evidence: Evidence) -> frozenset[str | None] | Finding:
        """Keys of the writes that are in the database."""
        final_state = truth_of(self.name, evidence)
        if not isinstance(final_state, Finding):
            return frozenset(key for key, rows in final_state.writes.items() if rows)
        if evidence.contract.written_keys_declared:
            return final_state
        by_the_log = _stored_by_the_log(evidence)
        return final_state if by_the_log is None else by_the_log


def _stored_by_the_log(evidence: Evidence) -> frozenset[str | None] | None:
    """Keys whose request made all its usual rows; None if that cannot be said."""
    rows = read_rows(evidence) if only_statements_fail(evidence) else None
    if rows is None or not (usual := learn_usual_rows(evidence, rows)):
        return None
    return frozenset(
        op.key
        for op in evidence.ops
        if op.name in usual
        and op.key is not None
        and op.done - op.sent < QUICK_SECONDS
        and usual[op.name].is_whole(new_rows(rows, op))
    )
