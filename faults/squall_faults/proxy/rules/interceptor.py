"""One connection with the rules of its proxy: bytes in, actions out, no I/O and no clock.

    client ═▶ Framer ═▶ Session.sent ─────▶ rules on startup, statement ═▶ server
    client ◀═ rules on reply ◀───── Session.answered ◀═ Framer ◀═ server

``Hold`` stops one direction; what arrives meanwhile is kept in order. Delays add up: the second
of two delayed statements in a pipeline waits for the first.
"""

from __future__ import annotations

from collections.abc import Mapping

from squall_faults.proxy.actions import (
    Action,
    Close,
    ResetConnection,
    ToClient,
    ToServer,
)
from squall_faults.proxy.pieces import Piece
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.postgres.error_statements import failing
from squall_faults.proxy.postgres.prepared_names import text_of
from squall_faults.proxy.rules.armed_rules import Armed
from squall_faults.proxy.rules.direction import MessageFlow
from squall_faults.proxy.rules.fast_path import FastPath
from squall_faults.proxy.rules.message_interceptor import MessageInterceptor, Verdict
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet
from squall_faults.proxy.rules.wire_session import STATEMENTS, SessionStep, WireSession


class Interceptor(MessageInterceptor):
    """The state machine of one connection to PostgreSQL; ``rules`` may change at any time."""

    def __init__(self, rules: RuleSet, *, refuse_encryption: bool = False) -> None:
        self._session = WireSession()
        super().__init__(self._session.client, self._session.server)
        self._rules = rules
        self._refuse_encryption = refuse_encryption
        self._fast = FastPath(rules, self._session)
        self._untouched = False
        """Plain for good, and nothing is held."""
        self._unit_fails = False
        """A statement of the current extended unit was replaced: the rest of it never runs."""
        self._ending: Armed[Rule] | None = None
        """The answer is swallowed up to ReadyForQuery; then the connection ends."""
        self.statements = 0
        """Statements that the client sent."""

    @property
    def plain(self) -> bool:
        """Bytes are no longer understood; rules do not apply."""
        return self._session.plain

    @property
    def full(self) -> bool:
        """The client is too far ahead of its answers."""
        return self._session.full and not self._session.plain

    @property
    def encrypted(self) -> bool:
        """It is plain because client and server agreed on encryption."""
        return self._session.encrypted

    @property
    def status(self) -> str:
        """Transaction status of the last ReadyForQuery: I, T or E; empty before the first."""
        return self._session.status

    @property
    def settings(self) -> Mapping[str, str]:
        """What the session has changed for itself, by name, with a digest of each value."""
        return self._session.settings.kept

    def client_passes(self, data: bytes) -> bool:
        """Whether these bytes may go on as they are; if not, they must be judged."""
        if not self._fast.is_open:
            return self._untouched
        statements = self._fast.from_client(data)
        self.statements += statements
        return statements > 0

    def server_passes(self, data: bytes) -> bool:
        """The same for what the server sent."""
        return self._fast.from_server(data) if self._fast.is_open else self._untouched

    def client_judged(self, data: bytes) -> list[Action]:
        """What is to be done about bytes of the client that may not pass."""
        return self._received(self._up, self._down, data)

    def server_judged(self, data: bytes) -> list[Action]:
        """The same for what the server sent."""
        return self._received(self._down, self._up, data)

    def server_finished(self) -> list[Action]:
        """The server sends nothing more."""
        if self._ending is not None and not self.over:
            return self._last_words(self._ending.rule)
        return super().server_finished()

    def _received(self, lane: MessageFlow, other: MessageFlow, data: bytes) -> list[Action]:
        self._fast.close()
        actions = self._flow(lane, lane.framer.feed(data))
        if self.plain:
            if other.framer.holding:
                actions += self._flow(other, other.framer.feed(b""))
            self._untouched = self._nothing_is_kept()
        elif self._session.rests and not self._unit_fails and self._nothing_is_kept():
            self._fast.open()
        return actions

    def _nothing_is_kept(self) -> bool:
        lanes = (self._up, self._down)
        kept = self.over or self._ending is not None
        return not (kept or any(lane.hold is not None or lane.swallowing for lane in lanes))

    # To the server

    def _judge_up(self, piece: Piece) -> Verdict:
        if not piece.first:
            return [] if self._up.swallowing else None
        self._up.swallowing = False
        if self._refuse_encryption and piece.kind in (pg.TLS_REQUEST, pg.GSS_REQUEST):
            return [ToClient(b"N")]
        if piece.kind == pg.SYNC:
            self._unit_fails = False
        step = self._session.sent(piece)
        if step is None or step.kind not in STATEMENTS:
            return self._starting() if piece.kind == pg.STARTUP else None
        self.statements += 1
        if not self._rules.statement or self._unit_fails:
            return None
        armed = self._rules.due_on_statement(_decoded(step.sql), self.status)
        return None if armed is None else self._on_statement(armed, step, piece)

    def _on_statement(self, armed: Armed[Rule], step: SessionStep, piece: Piece) -> Verdict:
        rule = armed.rule
        if rule.do in ("stall", "delay"):
            return self._hold(self._up, rule)
        if rule.do == "cut":
            return self._last_words(rule)
        step.replaced = armed
        self._up.swallowing = True
        self._unit_fails = piece.kind == pg.EXECUTE
        return [ToServer(failing(step.kind, _decoded(step.sql), rule.sqlstate))]

    def _starting(self) -> Verdict:
        if not self._rules.startup:
            return None
        words = _decoded(self._session.startup).rstrip("\0").split("\0")
        pairs = zip(words[::2], words[1::2], strict=False)
        armed = self._rules.due_at_startup(" ".join(f"{key}={value}" for key, value in pairs))
        if armed is None:
            return None
        if armed.rule.do in ("stall", "delay"):
            return self._hold(self._up, armed.rule)
        return self._last_words(armed.rule)

    # To the client

    def _judge_down(self, piece: Piece) -> Verdict:
        if not piece.first:
            return [] if self._down.swallowing else None
        self._down.swallowing = False
        step = self._session.answered(piece)
        if self._session.given_up:
            self._spare()
        if self._ending is not None:
            return self._last_words(self._ending.rule) if piece.kind == pg.READY else self._drop()
        if step is None:
            return self._drop() if piece.kind == pg.NOTICE and self._replacing() else None
        if step.replaced is not None and piece.kind != pg.READY:
            return self._instead(step.replaced.rule, piece)
        asked = self._rules.reply and step.kind in STATEMENTS and piece.kind != pg.READY
        return self._on_reply(step, piece) if asked else None

    def _on_reply(self, step: SessionStep, piece: Piece) -> Verdict:
        completes = piece.kind == pg.COMMAND_COMPLETE
        if not completes and step.answers > 1:
            return None
        armed = self._rules.due_on_reply(
            _decoded(step.sql),
            self.status,
            tag=_decoded(text_of(piece.head)) if completes else None,
            begins=step.answers == 1,
        )
        if armed is None:
            return None
        if armed.rule.do in ("stall", "delay"):
            return self._hold(self._down, armed.rule)
        # The work is certain only when the whole unit is answered: an INSERT without BEGIN is
        # committed between its CommandComplete and ReadyForQuery.
        waits_for_data = piece.kind in (pg.COPY_IN, pg.COPY_BOTH)
        if waits_for_data or not self._session.sync_is_sent():
            return self._last_words(armed.rule)
        self._ending = armed
        return self._drop()

    def _instead(self, rule: Rule, piece: Piece) -> Verdict:
        """An answer to what was sent in place of a statement."""
        if piece.kind != pg.ERROR:
            return self._drop()
        if rule.do == "fatal":
            return self._last_words(rule)
        return [*self._drop(), ToClient(_error(rule))]

    def _replacing(self) -> bool:
        outstanding = self._session.outstanding
        return bool(outstanding) and outstanding[0].replaced is not None

    def _spare(self) -> None:
        for step in self._session.given_up:
            if step.replaced is not None:
                self._rules.spared(step.replaced)
        self._session.given_up.clear()

    # Effects

    def _hold(self, lane: MessageFlow, rule: Rule) -> list[Action]:
        return self._held(lane, rule.id, rule.delay_ms / 1000 if rule.do == "delay" else None)

    def _last_words(self, rule: Rule) -> list[Action]:
        self.over = True
        return [ResetConnection()] if rule.do == "cut" else [ToClient(_error(rule)), Close()]


def _error(rule: Rule) -> bytes:
    return pg.error_response(rule.severity, rule.sqlstate, rule.text)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
