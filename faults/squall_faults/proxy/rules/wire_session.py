"""One session as seen from the wire: which answer belongs to which message, and its state.

    client ──▶ Parse  Bind  Execute  Sync │ Query │ …        may run ahead of the answers (pipeline)
               step   step  step     step   step
    server ◀── 1      2     D D C    Z    │ T D C Z │ …      each answer ends the oldest step

An error in the extended protocol ends every step up to the next Sync: the server reads on and
ignores what comes before it (PostgreSQL documentation, "Extended Query", "Pipelining").
"""

from __future__ import annotations

from collections import deque

from squall_faults.proxy.pieces import Piece
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.postgres.framing import Framer
from squall_faults.proxy.postgres.prepared_names import PreparedNames
from squall_faults.proxy.postgres.session_settings import SessionSettings, is_about_settings
from squall_faults.proxy.rules.rule_set import ArmedRule

STATEMENTS = frozenset({pg.QUERY, pg.EXECUTE, pg.FUNCTION_CALL})
"""The messages that make the server do something."""

MAX_UNANSWERED = 4096
"""Messages that wait for their answers: a client that is so far ahead is not read meanwhile."""
MAX_UNANSWERED_BYTES = 4 * 1024 * 1024
"""The same for the SQL that is kept for them."""

_UNIT_ENDS = frozenset({pg.QUERY, pg.FUNCTION_CALL, pg.SYNC, pg.STARTUP})
_EXTENDED = frozenset({pg.PARSE, pg.BIND, pg.DESCRIBE, pg.EXECUTE, pg.CLOSE})
_STEPS = _UNIT_ENDS | _EXTENDED | {pg.COPY_DONE, pg.COPY_FAIL}
_COPY_ENDS = frozenset({pg.COPY_DONE, pg.COPY_FAIL})
_ASYNCHRONOUS = frozenset({pg.NOTICE, pg.PARAMETER_STATUS, pg.NOTIFICATION})

# The answers that end a step of the extended protocol, by the step's kind.
_ENDS_STEP = {
    pg.PARSE_COMPLETE: pg.PARSE,
    pg.BIND_COMPLETE: pg.BIND,
    pg.CLOSE_COMPLETE: pg.CLOSE,
    pg.NO_DATA: pg.DESCRIBE,
    pg.ROW_DESCRIPTION: pg.DESCRIBE,
    pg.COMMAND_COMPLETE: pg.EXECUTE,
    pg.EMPTY_QUERY: pg.EXECUTE,
    pg.PORTAL_SUSPENDED: pg.EXECUTE,
}


class SessionStep:
    """A message of the client that the server has still to answer."""

    __slots__ = ("answers", "bound", "kind", "replaced", "sql", "undo")

    def __init__(self, kind: int, sql: bytes = b"") -> None:
        self.kind, self.sql = kind, sql
        """What it runs, as far as it was examined."""
        self.bound: bytes | None = None
        """The body of its Bind, where it may change settings of the session."""
        self.answers = 0
        """So many messages (runs of rows count as one) have answered it."""
        self.replaced: ArmedRule | None = None
        """The rule for which something was sent that fails in its place: only an error ends it."""
        self.undo: tuple[bytes, bytes | None] | None = None
        """Of a Parse: its name, and the SQL that the name stood for before."""


class WireSession:
    """Both directions of one connection. Feed each first piece of a message, in order."""

    def __init__(self) -> None:
        self.client = Framer.of_client()
        self.server = Framer.of_server()
        self.outstanding: deque[SessionStep] = deque()
        self._outstanding_bytes = 0
        self.status = ""
        """Transaction status of the last ReadyForQuery: I, T or E; empty before the first."""
        self.startup = b""
        """The parameters of the StartupMessage, as they were sent."""
        self.skipping = False
        """An error occurred: the server ignores everything up to the next Sync."""
        self.given_up: list[SessionStep] = []
        """Replaced steps that an earlier error made the server ignore; the owner empties this."""
        self._copying = False
        self.names = PreparedNames()
        self.settings = SessionSettings()
        self._bound = b""

    @property
    def plain(self) -> bool:
        """Nothing is understood any more: encrypted, or not this protocol."""
        return self.client.plain

    @property
    def encrypted(self) -> bool:
        """It is plain because encryption was agreed on."""
        return self.client.encrypted

    def sent(self, piece: Piece) -> SessionStep | None:
        """A message goes to the server; answers with its step when it waits for an answer."""
        kind = piece.kind
        if kind >= pg.PLAIN:
            return self._sent_untyped(piece)
        if kind not in _STEPS or self._ignored(kind):
            return None
        self.skipping = False
        step = SessionStep(kind, self.names.sent(kind, piece.head))
        if kind == pg.PARSE:
            step.undo = self.names.undo
        elif kind == pg.BIND:
            self._bound = piece.head if is_about_settings(step.sql) else b""
        elif kind in STATEMENTS and is_about_settings(step.sql):
            step.bound = self._bound if kind == pg.EXECUTE else b""
        self.outstanding.append(step)
        self._outstanding_bytes += len(step.sql)
        return step

    @property
    def full(self) -> bool:
        """So much is unanswered that nothing more should be taken from the client."""
        if len(self.outstanding) >= MAX_UNANSWERED:
            return True
        if self._outstanding_bytes > MAX_UNANSWERED_BYTES:  # counted since the last look
            self._outstanding_bytes = sum(len(step.sql) for step in self.outstanding)
        return self._outstanding_bytes > MAX_UNANSWERED_BYTES

    def answered(self, piece: Piece) -> SessionStep | None:
        """A message of the server; answers with the step that it belongs to, if to any."""
        kind = piece.kind
        if kind >= pg.PLAIN:
            self._answered_untyped(piece)
            return None
        if kind == pg.READY:
            self.settings.ready(chr(piece.head[0]))
        if kind in _ASYNCHRONOUS or not self.outstanding:
            if kind == pg.READY:
                self.status = chr(piece.head[0])
            return None
        step = self.outstanding[0]
        step.answers += 1
        if kind == pg.COMMAND_COMPLETE:
            self._completed(step, piece)
        if kind == pg.READY:
            return self._ready(piece)
        if kind == pg.ERROR:
            self._failed(step)
        elif kind in (pg.COPY_IN, pg.COPY_BOTH):
            self._copy_begins(step)
        elif _ENDS_STEP.get(kind) == step.kind and step.replaced is None:
            self._ended(step)
        return step

    @property
    def rests(self) -> bool:
        """Everything was answered, and both directions are between two messages."""
        return not (
            self.outstanding
            or self.skipping
            or self._copying
            or self.given_up
            or not self.status
            or self.client.within
            or self.server.within
        )

    def sync_is_sent(self) -> bool:
        """Whether a ReadyForQuery for the oldest step is sure to come."""
        return any(step.kind in _UNIT_ENDS for step in self.outstanding)

    def go_plain(self) -> None:
        """Understand nothing from now on."""
        encrypted = self.client.encrypted or self.server.encrypted
        for framer in (self.client, self.server):
            framer.plain, framer.encrypted = True, encrypted

    def _sent_untyped(self, piece: Piece) -> SessionStep | None:
        if piece.kind == pg.PLAIN:
            self.go_plain()
        elif piece.kind in (pg.TLS_REQUEST, pg.GSS_REQUEST):
            self.server.answers += 1
        elif piece.kind == pg.STARTUP:
            self.startup = piece.head
            self.settings.began(piece.head)
            self.outstanding.append(SessionStep(pg.STARTUP))
            return self.outstanding[-1]
        return None

    def _answered_untyped(self, piece: Piece) -> None:
        if piece.kind == pg.PLAIN or self.server.encrypted:
            self.go_plain()

    def _ignored(self, kind: int) -> bool:
        if self.skipping:
            return kind != pg.SYNC
        if kind in _COPY_ENDS:
            ignored = self._copying or not self.outstanding
            self._copying = False
            return ignored
        # While the server takes COPY data it ignores Flush and Sync: libpq sends Parse … Sync
        # before it knows that the command is a COPY, and a Sync again behind CopyDone.
        return self._copying and kind == pg.SYNC

    def _completed(self, step: SessionStep, piece: Piece) -> None:
        self.names.completed(piece.head)
        self.settings.completed(piece.head)
        if step.bound is not None and step.replaced is None:
            self.settings.ran(step.sql, step.bound)
            step.bound = None  # a Query of several commands has one CommandComplete for each

    def _copy_begins(self, step: SessionStep) -> None:
        """What was sent behind the COPY up to its CopyDone is read as COPY data, thus ignored."""
        self._copying = True
        rest = list(self.outstanding)[1:]
        self.outstanding = deque([step])
        while rest and self._copying:
            self._copying = rest.pop(0).kind not in _COPY_ENDS
        self.outstanding.extend(rest)

    def _ready(self, piece: Piece) -> SessionStep:
        self.status = chr(piece.head[0])
        self._copying = False
        step = self.outstanding.popleft()
        while step.kind not in _UNIT_ENDS and self.outstanding:
            step = self.outstanding.popleft()
        self._drop_stray_copy_ends()
        return step

    def _ended(self, step: SessionStep) -> None:
        self.outstanding.popleft()
        if step.kind == pg.EXECUTE:
            self._copying = False
        self._drop_stray_copy_ends()

    def _drop_stray_copy_ends(self) -> None:
        # Sent for a COPY that failed: the server ignores them.
        while self.outstanding and self.outstanding[0].kind in _COPY_ENDS:
            self.outstanding.popleft()

    def _failed(self, step: SessionStep) -> None:
        self._copying = False
        self.settings.failed()
        if step.kind not in _EXTENDED:
            return
        lost: list[SessionStep] = []
        while self.outstanding and self.outstanding[0].kind != pg.SYNC:
            lost.append(self.outstanding.popleft())
        self.skipping = not self.outstanding
        self.given_up += [other for other in lost[1:] if other.replaced is not None]
        for parse in reversed(lost):
            if parse.undo is not None:
                self.names.restore(*parse.undo)
