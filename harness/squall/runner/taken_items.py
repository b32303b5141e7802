"""Items that one operation of the load removes while another one asks for them.

POST /notes ──201 {"id": 9}──▶ PUT /notes/9 ─▶ 404, or 500
PUT /notebooks/2 {"notes": []}                       its notes are deleted, 9 among them

Whether the two meet is chance, and no effect of an outage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from squall.core.events import RowRemoved
from squall.gates.validity.steady_state import is_ill
from squall.history.op import Op
from squall.runner.result import Run
from squall.workload.operations import Operation

GONE = (404, 410)
REMOVES = "DELETE "
WHY = "fails without a fault, now and then: another operation of the load removes its items"


def taken_items(run: Run, operations: Iterable[Operation]) -> dict[str, str]:
    """Operations whose items were removed by others, and why they are left out; empty if nothing
    failed by it. What uses the same new items goes with them, but for their deletion.
    """
    taken = _taken(run.evidence.ops, run.evidence.events) if not run.passed else {}
    if not taken:
        return {}
    operations = list(operations)
    makers = {one.after for one in operations if one.name in taken and one.after}
    alike = [one.name for one in operations if one.after in makers and one.method != "DELETE"]
    return dict.fromkeys([*taken, *alike], WHY)


def _taken(ops: Sequence[Op], events: Iterable[object]) -> dict[str, None]:
    """Names of operations that failed on a row that no deletion of the load had asked for."""
    removed: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for event in events:
        if isinstance(event, RowRemoved):
            removed[event.key].setdefault(event.table, event.at)
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for op in ops:
        if op.request.startswith(REMOVES):
            for segment in op.segments:
                asked[segment].add(op.name)
    unasked = {
        key: min(tables.values())
        for key, tables in removed.items()
        if len(tables) > len(asked[key])
    }
    return {
        op.name: None
        for op in ops
        if (op.status in GONE or (not op.good and is_ill(op)))
        and not op.request.startswith(REMOVES)
        and any(segment in unasked and unasked[segment] <= op.done for segment in op.segments)
    }
