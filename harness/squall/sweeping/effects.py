"""The effect of an operation: the rows that it changes, without values that differ each time.

Two fault-free repeats show which columns are stable. A number that an update changes is compared by
its difference. The effect of a cell is then nothing, once, twice, half or another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from squall.lab.wal import Row, RowChange

Signature = tuple[str, ...]


class EffectKind(StrEnum):
    """How a cell's effect compares with the fault-free one."""

    NOTHING = "nothing"
    ONCE = "once"
    TWICE = "twice"
    HALF = "half"
    OTHER = "other"
    UNKNOWN = "unknown"
    """The server could not be queried."""


@dataclass(frozen=True, slots=True)
class ExpectedEffect:
    """What one fault-free request changes."""

    rows: Counter[Signature]
    stable: frozenset[tuple[str, str, str]]
    """Table, kind and column of values that are equal in all repeats."""
    touched: frozenset[str] = frozenset()
    """Tables in which it updates rows to the values that they have. In others such an update has
    no effect: it is an upsert that is repeated.
    """

    @property
    def tables(self) -> frozenset[str]:
        """Tables in which it changes rows."""
        return frozenset(signature[0] for signature in self.rows)

    def _counts(self, change: RowChange) -> bool:
        if change.table in self.touched:
            return True
        return change.table in self.tables and not changes_nothing(change)

    def signatures(self, changes: Sequence[RowChange]) -> Counter[Signature]:
        """The comparable part of these changes."""
        return Counter(_signature(change, self.stable) for change in changes)

    def compare(self, changes: Sequence[RowChange], times: int = 1) -> EffectKind:
        """Whether these changes are those of ``times`` such requests.

        Changes in tables that the fault-free request does not change are not part of its effect.
        """
        got = self.signatures([change for change in changes if self._counts(change)])
        wanted = Counter({one: count * times for one, count in self.rows.items()})
        if not got:
            return EffectKind.NOTHING
        if got == wanted:
            return EffectKind.ONCE
        if got <= wanted:
            return EffectKind.HALF
        return EffectKind.TWICE if wanted <= got else EffectKind.OTHER


def learn_effect(repeats: Sequence[Sequence[RowChange]]) -> ExpectedEffect | None:
    """The effect on which several fault-free repeats agree; None if they do not."""
    kinds = {frozenset(Counter((c.table, c.kind) for c in one).items()) for one in repeats}
    if len(kinds) != 1:
        return None
    everything = {
        (change.table, change.kind, column)
        for one in repeats
        for change in one
        for column in _facts(change)
    }
    stable = frozenset(
        (table, kind, column)
        for table, kind, column in everything
        if _is_stable(repeats, table, kind, column)
    )
    return ExpectedEffect(
        rows=Counter(_signature(change, stable) for change in repeats[0]),
        stable=stable,
        touched=frozenset(one.table for each in repeats for one in each if changes_nothing(one)),
    )


def changes_nothing(change: RowChange) -> bool:
    """Whether it is an update to the same values, as an upsert makes it when it is repeated."""
    if change.kind != "update" or not change.old:
        return False
    return all(change.old.get(column) == value for column, value in change.new.items())


def _is_stable(repeats: Sequence[Sequence[RowChange]], table: str, kind: str, column: str) -> bool:
    seen = [
        sorted(_facts(c).get(column, "") for c in one if (c.table, c.kind) == (table, kind))
        for one in repeats
    ]
    return all(values == seen[0] for values in seen)


def _signature(change: RowChange, stable: frozenset[tuple[str, str, str]]) -> Signature:
    facts = sorted(
        f"{column}{value}"
        for column, value in _facts(change).items()
        if (change.table, change.kind, column) in stable
    )
    return (change.table, change.kind, *facts)


def _facts(change: RowChange) -> dict[str, str]:
    """What is compared of each column: its value, or how an update changed it."""
    if change.kind == "delete":
        return {column: f"={value}" for column, value in change.old.items()}
    return {column: _moved(change.old, column, value) for column, value in change.new.items()}


def _moved(old: Row, column: str, value: str | None) -> str:
    before = old.get(column)
    if column not in old:
        return f"={value}"
    if before == value:
        return " unchanged"
    try:
        return f"{Decimal(value or '') - Decimal(before or ''):+}"
    except InvalidOperation:
        return f"={value}"
