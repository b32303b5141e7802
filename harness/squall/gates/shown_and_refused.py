"""What reads show of writes that were refused and never committed: a cache ahead of its database.

POST /orders {"note": "k17"} ──▶ 503        GET /orders ──▶ 200 [{"note": "k17"}]
"""

from __future__ import annotations

from collections.abc import Iterator

from squall.gates.committed_rows import keyed_operations, read_rows
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome


def shown_and_refused(evidence: Evidence) -> Iterator[tuple[Op, str]]:
    """Reads after the last heal that show the key of such a write; each with the write's name.

    Only operations count whose acknowledged requests all have rows with their key.
    """
    healed, rows = evidence.last_healed, read_rows(evidence)
    if healed is None or rows is None:
        return
    known = keyed_operations(evidence, rows, ("during", "after"))
    writes = [op for op in evidence.ops if op.key is not None and op.name in known]
    open_keys = {op.key for op in writes if op.outcome is not Outcome.REFUSED}
    refused = {op.key: op.name for op in writes if op.key not in open_keys}
    for op in evidence.ops:
        if op.effect == "read" and op.good and op.sent > healed:
            shown = [key for key in op.shown_keys if key in refused and key not in rows.by_key]
            if shown:
                yield op, refused[shown[0]]
