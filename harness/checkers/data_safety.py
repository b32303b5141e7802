"""What the judges of stored data have in common: the acknowledged writes and the final truth."""

from __future__ import annotations

from harness.checkers.findings import inconclusive, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence, Truth
from harness.history.op import Op, Outcome


def keyed_writes(evidence: Evidence, *outcomes: Outcome) -> list[Op]:
    """Writes that can be looked up in the truth, with one of these outcomes."""
    return [op for op in evidence.ops if op.key is not None and op.outcome in outcomes]


def truth_of(checker: str, evidence: Evidence) -> Truth | Finding:
    """The final truth, or the finding that says why nothing can be judged."""
    if not evidence.contract.written_keys_declared:
        return passed(checker, "not judged: nothing declares how to read writes back")
    if evidence.truth is None:
        return inconclusive(checker, "the final truth could not be read from the database")
    if not keyed_writes(evidence, *Outcome):
        return inconclusive(checker, "the workload wrote nothing that can be looked up")
    return evidence.truth


def acknowledged_during(evidence: Evidence, write: Op) -> bool:
    """Whether it was answered while a fault was in force: what a failover may lose."""
    begun, healed = evidence.bounds("during")
    return begun <= write.done < healed
