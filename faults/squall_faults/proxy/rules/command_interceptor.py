"""One connection to Redis with the rules of its proxy: bytes in, actions out, no I/O and no clock.

    client ═▶ CommandFramer ─▶ rules on commands ─▶ server     each command waits for one reply,
    client ◀═ rules on replies ◀─ RespFramer ◀═ server         in order, whatever was pipelined

To fail, a command is replaced by one that the server refuses, and the refusal by the error: replies
stay in order, and within MULTI the server spoils the transaction, as it would by itself.

Which reply belongs to which command is not known any more after a subscription, MONITOR,
replication, or CLIENT REPLY: from there on everything passes as it is. Pushes of RESP3 answer
nothing and pass.
"""

from __future__ import annotations

from collections import deque

from squall_faults.proxy.actions import Action, Close, ResetConnection, ToClient, ToServer
from squall_faults.proxy.pieces import INCOMPLETE, PLAIN, Piece
from squall_faults.proxy.resp.command_framer import CommandFramer
from squall_faults.proxy.resp.resp_framer import EMPTY, RespFramer
from squall_faults.proxy.rules.command_rule import CommandRule
from squall_faults.proxy.rules.command_rules import ArmedCommandRule, CommandRules
from squall_faults.proxy.rules.message_interceptor import MessageInterceptor, Verdict

UNPAIRED = frozenset({
    b"CLIENT REPLY", b"MONITOR", b"PSUBSCRIBE", b"PSYNC", b"PUNSUBSCRIBE", b"SSUBSCRIBE",
    b"SUBSCRIBE", b"SUNSUBSCRIBE", b"SYNC", b"UNSUBSCRIBE",
})  # fmt: skip
"""Commands that are followed by none, by several, or by an unknown number of replies."""

REFUSED = b"*1\r\n$14\r\nSQUALL.REFUSED\r\n"
"""No server knows this command, so each answers with one error."""
DISCARD = b"*1\r\n$7\r\nDISCARD\r\n"
"""In place of EXEC: the transaction ends, and nothing of it was done."""

MAX_UNANSWERED = 4096
"""Commands that wait for their replies: a client that is so far ahead is not read meanwhile."""

PUSH = ord(">")


class SentCommand:
    """A command that the server has still to answer."""

    __slots__ = ("name", "replaced")

    def __init__(self, name: bytes, replaced: ArmedCommandRule | None) -> None:
        self.name = name
        self.replaced = replaced
        """The rule for which something was sent that the server refuses in its place."""


class CommandInterceptor(MessageInterceptor):
    """The state machine of one connection; ``rules`` may change at any time."""

    def __init__(self, rules: CommandRules) -> None:
        self._client, self._server = CommandFramer(), RespFramer()
        super().__init__(self._client, self._server)
        self._rules = rules
        self._sent: deque[SentCommand] = deque()
        self._unpaired = False
        """What is sent from now on has replies that cannot be told apart."""
        self._pass_left: int | None = None
        """So many bytes of the reply are passed on before the connection closes."""
        self.statements = 0
        """Commands that the client sent, as far as they can be told apart."""

    @property
    def plain(self) -> bool:
        """Bytes are no longer understood; rules do not apply."""
        return self._client.plain or self._server.plain or (self._unpaired and not self._sent)

    @property
    def encrypted(self) -> bool:
        """It is plain because encryption began."""
        return self._client.encrypted

    @property
    def full(self) -> bool:
        """The client is too far ahead of its replies."""
        return len(self._sent) >= MAX_UNANSWERED and not self.plain

    @property
    def _untouched(self) -> bool:
        kept = any(lane.hold or lane.swallowing for lane in (self._up, self._down))
        holding = self._client.holding or self._server.holding
        return self.plain and not (kept or holding or self.over or self._pass_left is not None)

    def client_passes(self, data: bytes) -> bool:
        """Whether these bytes may go on as they are; if not, they must be judged."""
        del data
        return self._untouched

    def server_passes(self, data: bytes) -> bool:
        """The same for what the server sent."""
        del data
        return self._untouched

    def client_judged(self, data: bytes) -> list[Action]:
        """What is to be done about bytes of the client that may not pass."""
        return self._flow(self._up, self._client.feed(data)) + self._let_go()

    def server_judged(self, data: bytes) -> list[Action]:
        """The same for what the server sent."""
        return self._flow(self._down, self._server.feed(data)) + self._let_go()

    def server_finished(self) -> list[Action]:
        """The server sends nothing more: what it refuses in place of a command is not answered."""
        for sent in self._sent:
            if sent.replaced is not None:
                self._rules.spared(sent.replaced)
        self._sent.clear()
        return super().server_finished()

    def _let_go(self) -> list[Action]:
        """Once nothing is understood any more, no framer keeps a byte."""
        if not (self._client.plain or self._server.plain):
            return []
        self._client.plain = self._server.plain = True
        return [
            action
            for lane in (self._up, self._down)
            if lane.framer.holding
            for action in self._flow(lane, lane.framer.feed(b""))
        ]

    # To the server

    def _judge_up(self, piece: Piece) -> Verdict:
        if not piece.first or piece.kind == INCOMPLETE:
            return [] if self._up.swallowing else None
        self._up.swallowing = False
        if piece.kind in (PLAIN, EMPTY) or self._unpaired:
            return None
        self.statements += 1
        self._unpaired = piece.head in UNPAIRED
        armed = None if self._unpaired else self._rules.due("command", piece.head)
        self._sent.append(SentCommand(piece.head, armed))
        if armed is None:
            return None
        self._up.swallowing = True
        return [ToServer(DISCARD if piece.head == b"EXEC" else REFUSED)]

    # To the client

    def _judge_down(self, piece: Piece) -> Verdict:
        if not piece.first or piece.kind == INCOMPLETE:
            return self._rest(piece)
        self._down.swallowing = False
        if self._sent and self._sent[0].name in UNPAIRED:
            self._sent.clear()  # from its reply on, nothing is told apart
        if piece.kind in (PLAIN, PUSH) or not self._sent:
            return None
        sent = self._sent.popleft()
        if sent.replaced is not None:
            return [*self._drop(), ToClient(sent.replaced.rule.error)]
        armed = self._rules.due("reply", sent.name)
        return None if armed is None else self._on_reply(armed.rule, piece)

    def _on_reply(self, rule: CommandRule, piece: Piece) -> list[Action]:
        if rule.do == "stall":
            return self._held(self._down, rule.id, None)
        if not rule.after_bytes:
            self.over = True
            return [ResetConnection()]
        self._pass_left = rule.after_bytes
        return self._cut_within(piece)

    def _rest(self, piece: Piece) -> Verdict:
        if self._pass_left is not None:
            return self._cut_within(piece)
        return [] if self._down.swallowing else None

    def _cut_within(self, piece: Piece) -> list[Action]:
        """Pass on what is left of ``after_bytes``, and never the whole reply."""
        left = self._pass_left or 0
        passed = piece.data[: min(left, len(piece.data) - piece.last)]
        self._pass_left = left - len(passed)
        if self._pass_left and not piece.last:
            return [ToClient(passed)]
        self.over = True
        return [ToClient(passed), Close()]
