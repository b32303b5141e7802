"""Repeats that are told of a conflict, though their write was refused before and never done.

    POST /items, key k7 ──▶ 503      nothing was changed
    POST /items, key k7 ──▶ 409      "there is one", and nothing with this key was ever committed

What knows of it is a note of the app, made before the work. A conflict with a request that is under
way is another thing: a write without an answer, or one whose outcome is open, may still be.
"""

from __future__ import annotations

from collections import defaultdict

from squall.gates.committed_rows import keyed_operations, read_rows
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome

CONFLICT = 409
LEAST = 2
SETTLED_SECONDS = 0.05
"""From the refusal to the repeat: the request has ended by then."""


def repeats_in_conflict(evidence: Evidence) -> list[Op]:
    """Such repeats of a POST, if no other request of their operation got this status."""
    rows = read_rows(evidence)
    if rows is None:
        return []
    keyed = keyed_operations(evidence, rows)
    attempts: defaultdict[str, list[Op]] = defaultdict(list)
    for op in sorted(evidence.ops, key=lambda op: op.sent):
        if op.key is not None and op.name in keyed and op.request.startswith("POST "):
            attempts[op.key].append(op)
    usual = {own[0].name for own in attempts.values() if own[0].status == CONFLICT}
    found = [
        own[-1]
        for key, own in attempts.items()
        if own[0].name not in usual and key not in rows.by_key and _is_refused_first(own)
    ]
    return found if len(found) >= LEAST else []


def _is_refused_first(attempts: list[Op]) -> bool:
    """Whether all but the last one were refused, and the last one is told of a conflict."""
    *earlier, last = attempts
    if not earlier or last.status != CONFLICT or last.retry_after is not None:
        return False
    return all(
        op.outcome is Outcome.REFUSED and op.done + SETTLED_SECONDS <= last.sent for op in earlier
    )
