"""The new rows that one request makes, as learned before the fault from rows with its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from squall.core.events import TransactionCommitted
from squall.gates.committed_rows import CommittedRows, keyed_operations
from squall.history.evidence import Evidence
from squall.history.op import Op

NEW_ROWS = "insert "
LEAST_ALIKE = 10
"""If this many requests each made as many rows of a table, and more than one, each one does."""


@dataclass(frozen=True, slots=True)
class UsualRows:
    """The new rows of one request without a fault, by table."""

    most: Mapping[str, int]
    always: frozenset[str]
    exactly: Mapping[str, int]
    """Tables of which each request made as many rows, and more than one: a list in its body."""

    def is_more(self, made: Counter[str]) -> bool:
        """Whether a request made more rows."""
        return any(made[table] > most for table, most in self.most.items())

    def is_part(self, made: Counter[str]) -> bool:
        """Whether it made some of them only."""
        there = {table for table in self.always if made[table]}
        fewer = any(0 < made[table] < number for table, number in self.exactly.items())
        return fewer or (bool(there) and there != self.always)

    def is_whole(self, made: Counter[str]) -> bool:
        """Whether it made all that a request always makes."""
        whole = bool(self.always) and all(made[table] for table in self.always)
        return whole and not self.is_part(made)


def learn_usual_rows(evidence: Evidence, rows: CommittedRows) -> dict[str, UsualRows]:
    """The usual rows of each operation whose acknowledged requests all have rows with their key."""
    known = keyed_operations(evidence, rows)
    return {name: _learn(ops, rows.to_learn_from) for name, ops in known.items()}


def new_rows(rows: CommittedRows, op: Op) -> Counter[str]:
    """The new rows with the key of a request, by table."""
    return _count(rows.by_key.get(str(op.key), ()), op)


def _count(transactions: Iterable[TransactionCommitted], op: Op) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in transactions:
        found = one.keys[str(op.key)]
        counts.update({what: n for what, n in found.items() if what.startswith(NEW_ROWS)})
    return counts


def _learn(ops: Sequence[Op], rows: CommittedRows) -> UsualRows:
    """Learn from what was committed when the request was answered. Later commits are other work."""
    seen = [
        _count([one for one in rows.by_key[str(op.key)] if one.at <= op.done], op) for op in ops
    ]
    tables = set().union(*seen)
    always = frozenset(table for table in tables if all(one[table] for one in seen))
    most = {table: max(one[table] for one in seen) for table in tables}
    alike = {
        table: number
        for table, number in most.items()
        if number > 1 and len(seen) >= LEAST_ALIKE and all(one[table] == number for one in seen)
    }
    return UsualRows(most, always, alike)
