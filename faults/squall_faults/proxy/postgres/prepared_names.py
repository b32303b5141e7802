"""Which SQL the names of prepared statements and portals stand for."""

from __future__ import annotations

from squall_faults.proxy.postgres import messages as pg

MAX_NAMES = 4096
"""Of each kind; a client that never closes its statements pushes out its oldest ones."""

MAX_BYTES = 4 * 1024 * 1024
"""The same for the SQL of all names of a kind."""

CLOSES_ALL = frozenset({b"DEALLOCATE ALL\0", b"DISCARD ALL\0"})
"""Bodies of a CommandComplete after which no prepared statement is left."""


def text_of(body: bytes) -> bytes:
    """A body that is one zero-terminated text."""
    return pg.text_after(body)[0]


class _Names(dict[bytes, bytes]):
    """SQL by name, the oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = 0
        self.forgotten = 0

    def keep(self, name: bytes, sql: bytes | None) -> bytes:
        self.remove(name)
        sql = sql or b""
        self[name] = sql
        self._bytes += len(sql)
        while len(self) > MAX_NAMES or (self._bytes > MAX_BYTES and len(self) > 1):
            self.remove(next(iter(self)))
            self.forgotten += 1
        return sql

    def remove(self, name: bytes) -> bytes:
        sql = self.pop(name, b"")
        self._bytes -= len(sql)
        return sql

    def clear(self) -> None:
        super().clear()
        self._bytes = 0


class PreparedNames:
    """What a session has prepared and bound."""

    def __init__(self) -> None:
        self._statements = _Names()
        self._portals = _Names()
        self.undo: tuple[bytes, bytes | None] | None = None
        """Of the last Parse: the name, and what it stood for before."""

    def sent(self, kind: int, head: bytes) -> bytes:
        """Take note of a message of the client; answers with the SQL that it is about."""
        if kind == pg.QUERY:
            return text_of(head)
        if kind == pg.EXECUTE:
            return self._portals.get(text_of(head)) or b""
        if kind == pg.BIND:
            portal, place = pg.text_after(head)
            return self._portals.keep(portal, self._statements.get(text_of(head[place:])))
        if kind == pg.PARSE:
            name, place = pg.text_after(head)
            self.undo = (name, self._statements.get(name))
            return self._statements.keep(name, text_of(head[place:]))
        if kind == pg.CLOSE:
            names = self._statements if head[:1] == b"S" else self._portals
            return names.remove(text_of(head[1:]))
        return b""

    @property
    def forgotten(self) -> int:
        """Names that were pushed out: rules do not know their SQL any more."""
        return self._statements.forgotten + self._portals.forgotten

    def statement(self, name: bytes) -> bytes:
        """The SQL of a prepared statement; empty if it is not known."""
        return self._statements.get(name) or b""

    def restore(self, name: bytes, sql: bytes | None) -> None:
        """A Parse failed: its name stands for what it stood for before."""
        if sql is None:
            self._statements.remove(name)
        else:
            self._statements.keep(name, sql)

    def completed(self, body: bytes) -> None:
        """A CommandComplete: some commands close every statement."""
        if body in CLOSES_ALL:
            self._statements.clear()
