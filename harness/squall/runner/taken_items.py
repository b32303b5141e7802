"""Items that one operation of the load removes while another one asks for them.

POST /notes ──201 {"id": 9}──▶ PUT /notes/9 ─▶ 404, or 500
PUT /notebooks/2 {"notes": []}                       its notes are deleted, 9 among them

Whether the two meet is chance, and no effect of an outage. Only tables count of which such rows are
removed before the fault, too: what an app deletes in an outage alone is a matter for the gates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from squall.core.events import RowDeleted
from squall.gates.calm_answers import GONE
from squall.gates.removals import REMOVES
from squall.gates.validity.steady_state import is_ill
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.runner.result import Run
from squall.workload.operations import Operation

WHY = "fails without a fault, now and then: another operation of the load removes its items"


def taken_items(run: Run, operations: Iterable[Operation]) -> dict[str, str]:
    """Operations whose items were removed by others, and why they are left out; empty if nothing
    failed by it. What uses the same new items goes with them, but for their deletion.
    """
    taken = _taken(run.evidence) if not run.passed else {}
    if not taken:
        return {}
    operations = list(operations)
    makers = {one.after for one in operations if one.name in taken and one.after}
    alike = [one.name for one in operations if one.after in makers and one.method != "DELETE"]
    return dict.fromkeys([*taken, *alike], WHY)


def _taken(evidence: Evidence) -> dict[str, None]:
    """Names of operations that failed on a row that no deletion of the load had asked for."""
    ops = evidence.ops
    tables_of = _unasked(ops, evidence.events)
    begun = evidence.bounds("before")[1]
    usual = {table for tables in tables_of.values() for table, at in tables.items() if at < begun}
    unasked = {
        key: min(ats)
        for key, tables in tables_of.items()
        if (ats := [at for table, at in tables.items() if table in usual])
    }
    return {
        op.name: None
        for op in ops
        if (op.status in GONE or (not op.good and is_ill(op)))
        and not op.request.startswith(REMOVES)
        and any(segment in unasked and unasked[segment] <= op.done for segment in op.segments)
    }


def _unasked(ops: Sequence[Op], events: Iterable[object]) -> dict[str, dict[str, float]]:
    """When a row was removed, by key and table, of keys whose deletion was asked for less often."""
    removed: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for event in events:
        if isinstance(event, RowDeleted) and event.named:
            removed[event.key].setdefault(event.table, event.at)
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for op in ops:
        if op.request.startswith(REMOVES):
            for segment in op.segments:
                asked[segment].add(op.name)
    return {key: tables for key, tables in removed.items() if len(tables) > len(asked[key])}
