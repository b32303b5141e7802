"""A write that the app acknowledged is there after the outage: the promise of a database.

Asynchronous replication does not make this promise for a failover: what the primary acknowledged
and had not shipped dies with it. A scenario that says so (``allow_lost_during``) passes, and the
finding still tells every write that was lost. What was acknowledged before the fault, or after the
heal, must be there all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.checkers.data_safety import acknowledged_during, keyed_writes, truth_of
from harness.checkers.findings import failed, inconclusive, listed, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence
from harness.history.op import Op, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAcknowledgedWriteLost:
    """Every ``applied`` write is found in the database."""

    allow_lost_during: bool = False
    """Whether what was acknowledged while a fault was in force may be lost."""

    name = "no-acknowledged-write-lost"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the lost keys; where loss is allowed, pass with them."""
        truth = truth_of(self.name, evidence)
        if isinstance(truth, Finding):
            return truth
        applied = keyed_writes(evidence, Outcome.APPLIED)
        if not applied:
            return inconclusive(self.name, "no write was acknowledged, so none could be lost")
        lost = [op for op in applied if not truth.writes.get(str(op.key))]
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
