"""Decode committed row changes from the server's WAL: pgoutput, protocol version 1.

Source: PostgreSQL 18 documentation, "Logical Replication Message Formats". Only committed
transactions are decoded; those that were rolled back do not appear.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Row = dict[str, str | None]

EPOCH = 946_684_800
"""PostgreSQL counts time from 2000-01-01."""

_KINDS = {ord("I"): "insert", ord("U"): "update", ord("D"): "delete"}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that a committed transaction changed."""

    table: str
    kind: str
    """insert, update, delete or truncate."""
    old: Row
    """The row before the change, as far as the table's replica identity includes it."""
    new: Row
    transaction: int = 0
    """Number of the transaction in this decoding, from 1."""
    key: tuple[str, ...] = ()
    """The columns of the table's replica identity: its primary key, unless it has another one."""


def by_table(changes: Iterable[RowChange]) -> dict[str, list[RowChange]]:
    """The changes of each table, in commit order."""
    found: defaultdict[str, list[RowChange]] = defaultdict(list)
    for change in changes:
        found[change.table].append(change)
    return dict(found)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 1

    def take(self, form: str) -> int:
        size = struct.calcsize(form)
        value: int = struct.unpack_from(form, self.data, self.place)[0]
        self.place += size
        return value

    def text(self) -> str:
        end = self.data.index(b"\0", self.place)
        value = self.data[self.place : end].decode()
        self.place = end + 1
        return value

    def row(self, columns: list[str]) -> Row:
        found: Row = {}
        for index in range(self.take(">H")):
            kind = chr(self.take(">B"))
            value = None
            if kind in "tb":
                size = self.take(">I")
                value = self.data[self.place : self.place + size].decode(errors="replace")
                self.place += size
            if kind != "u":  # an unchanged TOASTed value is not sent
                found[columns[index]] = value
        return found


class Decoder:
    """State of one decoding: relations are announced before they are used."""

    def __init__(self) -> None:
        self._relations: dict[int, tuple[str, list[str]]] = {}
        self._keys: dict[int, tuple[str, ...]] = {}
        self._transactions = 0
        self.committed_at: dict[int, float] = {}
        """Seconds since 1970 by the server's clock, by number of the transaction."""
        self.committed_in: dict[int, int] = {}
        """The place of its commit in the WAL, by number of the transaction."""

    def decode(self, messages: Iterable[bytes]) -> list[RowChange]:
        """The changes, in commit order."""
        return [change for message in messages for change in self._one(message)]

    def _one(self, data: bytes) -> list[RowChange]:
        kind, reader = data[0], _Reader(data)
        if kind == ord("B"):
            self._transactions += 1
            self.committed_in[self._transactions] = reader.take(">Q")
            self.committed_at[self._transactions] = reader.take(">q") / 1e6 + EPOCH
        elif kind == ord("R"):
            self._relation(reader)
        elif kind == ord("T"):
            count = reader.take(">I")
            reader.take(">B")
            names = [self._relations[reader.take(">I")][0] for _ in range(count)]
            return [RowChange(name, "truncate", {}, {}, self._transactions) for name in names]
        elif kind in _KINDS:
            return [self._change(_KINDS[kind], reader)]
        return []

    def _relation(self, reader: _Reader) -> None:
        number = reader.take(">I")
        namespace, name = reader.text(), reader.text()
        reader.take(">B")
        columns, keys = [], []
        for _ in range(reader.take(">H")):
            is_key = reader.take(">B") & 1
            columns.append(reader.text())
            keys += columns[-1:] if is_key else []
            reader.take(">I")
            reader.take(">i")
        shown = name if namespace in ("public", "") else f"{namespace}.{name}"
        self._relations[number] = (shown, columns)
        self._keys[number] = tuple(keys)

    def _change(self, kind: str, reader: _Reader) -> RowChange:
        relation = reader.take(">I")
        table, columns = self._relations[relation]
        old: Row = {}
        new: Row = {}
        while reader.place < len(reader.data):
            part = chr(reader.take(">B"))
            if part in "KO":
                old = reader.row(columns)
            else:
                new = reader.row(columns)
        return RowChange(table, kind, old, new, self._transactions, self._keys[relation])
