"""A request has its effect once and completely: no second row, no missing row.

The new rows that a request creates before it is answered are learned before the fault, from rows
with the request's key. No declaration is needed; see :mod:`squall.gates.committed_rows`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from squall.core.events import TransactionCommitted
from squall.gates.committed_rows import CommittedRows, keyed_operations, read_rows
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

TWICE = "effect-twice"
HALF = "effect-half"
NEW_ROWS = "insert "


@dataclass(frozen=True, slots=True)
class _Usual:
    """The new rows of one request without a fault, by table."""

    most: Mapping[str, int]
    always: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEffect(Gate):
    """No request makes more new rows than one without a fault, or only some of them."""

    name = "one-effect"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the requests that took effect twice or in part."""
        rows = read_rows(evidence)
        if rows is None:
            return not_judged(self.name, "the server's log of changes was not read")
        usual = {name: _learn(ops, rows) for name, ops in keyed_operations(evidence, rows).items()}
        writes = [op for op in evidence.ops if op.name in usual and op.key in rows.by_key]
        made = {op.id: _new_rows(rows.by_key[str(op.key)], op) for op in writes}
        twice = [op for op in writes if _is_more(made[op.id], usual[op.name])]
        half = [op for op in writes if _is_part(made[op.id], usual[op.name])]
        figures = {"requests": len(writes), "twice": len(twice), "half": len(half)}
        if twice:
            keys = listed([str(op.key) for op in twice])
            reason = f"{len(twice)} requests made their new rows more than once: {keys}"
            return failed(self.name, reason, figures, twice, code=TWICE)
        if half:
            keys = listed([str(op.key) for op in half])
            reason = f"{len(half)} requests made only a part of their new rows: {keys}"
            return failed(self.name, reason, figures, half, code=HALF)
        return passed(self.name, f"{len(writes)} requests had their effect once", figures)


def _new_rows(transactions: Iterable[TransactionCommitted], op: Op) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in transactions:
        rows = one.keys[str(op.key)]
        counts.update({what: n for what, n in rows.items() if what.startswith(NEW_ROWS)})
    return counts


def _learn(ops: Sequence[Op], rows: CommittedRows) -> _Usual:
    """Learn from what was committed when the request was answered. Later commits are other work."""
    seen = [
        _new_rows([one for one in rows.by_key[str(op.key)] if one.at <= op.done], op) for op in ops
    ]
    tables = set().union(*seen)
    always = frozenset(table for table in tables if all(one[table] for one in seen))
    return _Usual({table: max(one[table] for one in seen) for table in tables}, always)


def _is_more(made: Counter[str], usual: _Usual) -> bool:
    return any(made[table] > most for table, most in usual.most.items())


def _is_part(made: Counter[str], usual: _Usual) -> bool:
    there = {table for table in usual.always if made[table]}
    return bool(there) and there != usual.always
