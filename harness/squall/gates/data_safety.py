"""Shared by the gates on stored data: the acknowledged writes and the final state."""

from __future__ import annotations

from squall.gates.findings import inconclusive, not_judged
from squall.gates.verdict import Finding
from squall.history.evidence import Evidence, FinalState
from squall.history.op import Op, Outcome

WRITTEN_KEYS = 'written_keys = "SELECT request_key, count(*) FROM orders GROUP BY request_key"'
"""An example of the line in ``[tool.squall]`` that enables the gates on stored data."""


def keyed_writes(evidence: Evidence, *outcomes: Outcome) -> list[Op]:
    """Writes that can be looked up in the final state and have one of these outcomes."""
    return [op for op in evidence.ops if op.key is not None and op.outcome in outcomes]


def truth_of(gate: str, evidence: Evidence) -> FinalState | Finding:
    """The final state, or the finding that says why it cannot be judged."""
    if not evidence.contract.written_keys_declared:
        return not_judged(gate, "nothing declares how to read writes back", configure=WRITTEN_KEYS)
    if evidence.final_state is None:
        return inconclusive(gate, "the final truth could not be read from the database")
    if not keyed_writes(evidence, *Outcome):
        return inconclusive(gate, "the workload wrote nothing that can be looked up")
    return evidence.final_state


def acknowledged_during(evidence: Evidence, write: Op) -> bool:
    """Whether it was answered while a fault was in force, so that a failover may lose it."""
    begun, healed = evidence.bounds("during")
    return begun <= write.done < healed
