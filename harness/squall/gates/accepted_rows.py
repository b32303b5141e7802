"""Requests that were accepted (202), and the rows that have the ids of their answers.

in calm          POST /events ──▶ 202 {"id": "b9bd…"}     events.id = b9bd…, a moment later
in the outage    POST /events ──▶ 202 {"id": "fab8…"}     no row has it, at the end of the run
"""

from __future__ import annotations

from collections.abc import Collection

from squall.gates.committed_rows import MIN_LEARNED, CommittedRows, calm_writes, link_by_answer
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

SETTLED_SECONDS = 0.5
"""What was accepted just before the fault may be the first that it hits."""


def accepted_by_answer(
    evidence: Evidence, rows: CommittedRows, *, without: Collection[str]
) -> tuple[list[Op], list[Op]]:
    """Those of operations whose answers without a fault were all accepted and had their rows; and
    those of them that have none. ``without``: operations that are judged otherwise.
    """
    start = evidence.first_injected
    accepted: list[Op] = []
    lost: list[Op] = []
    if start is None:
        return accepted, lost
    for name, ops in calm_writes(evidence, accepted=True).items():
        early = [op for op in ops if op.done < start - SETTLED_SECONDS]
        if name in without or len(early) < MIN_LEARNED or not all(op.is_accepted for op in early):
            continue
        links = link_by_answer(early, rows.to_learn_from)
        told = [
            op
            for op in evidence.ops
            if op.name == name and op.is_accepted
            and any(identities(op).get(place) for place, _ in links)
        ]  # fmt: skip
        accepted += told
        lost += [op for op in told if not rows.of_request(op, links)]
    return accepted, lost
