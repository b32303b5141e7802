"""Which SQL the names of prepared statements and portals stand for."""

from __future__ import annotations

from faults.proxy.postgres import messages as pg

MOST_NAMES = 4096
"""Of each kind; a client that never closes its statements pushes out its oldest ones."""

CLOSES_ALL = frozenset({b"DEALLOCATE ALL\0", b"DISCARD ALL\0"})
"""Bodies of a CommandComplete after which no prepared statement is left."""


def text_of(body: bytes) -> bytes:
    """A body that is one zero-terminated text."""
    return pg.text_after(body)[0]


class Names:
    """What a session has prepared and bound."""

    def __init__(self) -> None:
        self._statements: dict[bytes, bytes] = {}
        self._portals: dict[bytes, bytes] = {}
        self.undo: tuple[bytes, bytes | None] | None = None
        """Of the last Parse: the name, and what it stood for before."""

    def sent(self, kind: int, head: bytes) -> bytes:
        """Take note of a message of the client; answers with the SQL that it is about."""
        if kind == pg.QUERY:
            return text_of(head)
        if kind == pg.EXECUTE:
            return self._portals.get(text_of(head), b"")
        if kind == pg.BIND:
            portal, place = pg.text_after(head)
            return self._keep(self._portals, portal, self._statements.get(text_of(head[place:])))
        if kind == pg.PARSE:
            name, place = pg.text_after(head)
            self.undo = (name, self._statements.get(name))
            return self._keep(self._statements, name, text_of(head[place:]))
        if kind == pg.CLOSE:
            names = self._statements if head[:1] == b"S" else self._portals
            return names.pop(text_of(head[1:]), b"")
        return b""

    def statement(self, name: bytes) -> bytes:
        """The SQL of a prepared statement; empty if it is not known."""
        return self._statements.get(name, b"")

    def restore(self, name: bytes, sql: bytes | None) -> None:
        """A Parse failed: its name stands for what it stood for before."""
        if sql is None:
            self._statements.pop(name, None)
        else:
            self._keep(self._statements, name, sql)

    def completed(self, body: bytes) -> None:
        """A CommandComplete: some commands close every statement."""
        if body in CLOSES_ALL:
            self._statements.clear()

    @staticmethod
    def _keep(names: dict[bytes, bytes], name: bytes, sql: bytes | None) -> bytes:
        names.pop(name, None)
        if len(names) >= MOST_NAMES:
            del names[next(iter(names))]
        names[name] = sql or b""
        return names[name]
