"""One connection with rules on its messages, of whatever protocol: bytes in, actions out.

    client ═▶ framer ═▶ pieces ─▶ judged one by one ─▶ server
    client ◀═ judged one by one ◀─ pieces ◀═ framer ◀═ server

``Hold`` stops one direction; what arrives meanwhile is kept in order, and judged when it goes on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from squall_faults.proxy.actions import Action, Direction, Hold, ToClient, ToServer
from squall_faults.proxy.pieces import Piece, PieceFramer
from squall_faults.proxy.rules.direction import MessageFlow

Verdict = list[Action] | None
"""What to do in place of passing a piece on; None: pass it on."""


class MessageInterceptor(ABC):
    """What is the same for every protocol."""

    statements: int

    def __init__(self, client: PieceFramer, server: PieceFramer) -> None:
        self._up = MessageFlow(Direction.UP, client)
        self._down = MessageFlow(Direction.DOWN, server)
        self.over = False
        """It was told to reset or close; bytes that still come are dropped."""

    @property
    @abstractmethod
    def plain(self) -> bool:
        """Bytes are no longer understood; rules do not apply."""

    @property
    @abstractmethod
    def encrypted(self) -> bool:
        """It is plain because client and server agreed on encryption."""

    @property
    @abstractmethod
    def full(self) -> bool:
        """The client is too far ahead of its answers."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What the session has changed for itself, by name, with a digest of each value."""
        return {}

    def client_bytes(self, data: bytes) -> list[Action]:
        """The client sent these."""
        return [ToServer(data)] if self.client_passes(data) else self.client_judged(data)

    def server_bytes(self, data: bytes) -> list[Action]:
        """The server sent these."""
        return [ToClient(data)] if self.server_passes(data) else self.server_judged(data)

    @abstractmethod
    def client_passes(self, data: bytes) -> bool:
        """Whether these bytes may go on as they are; if not, they must be judged."""

    @abstractmethod
    def server_passes(self, data: bytes) -> bool:
        """The same for what the server sent."""

    @abstractmethod
    def client_judged(self, data: bytes) -> list[Action]:
        """What is to be done about bytes of the client that may not pass."""

    @abstractmethod
    def server_judged(self, data: bytes) -> list[Action]:
        """The same for what the server sent."""

    def client_finished(self) -> list[Action]:
        """The client sends nothing more; ``EndOfFile`` comes once nothing is held."""
        return self._flow(self._up, self._up.finish()) + self._end(self._up)

    def server_finished(self) -> list[Action]:
        """The server sends nothing more."""
        return self._flow(self._down, self._down.finish()) + self._end(self._down)

    def held_bytes(self, direction: Direction) -> int:
        """So many bytes wait in this direction."""
        return (self._up if direction is Direction.UP else self._down).held_bytes

    def release(self, hold: Hold) -> list[Action]:
        """The time of a hold is over; nothing happens if it ended before."""
        lane = self._up if hold.direction is Direction.UP else self._down
        if self.over or lane.hold is not hold:
            return []
        judged, *others = lane.give_back()
        return [lane.write(judged.data), *self._flow(lane, others), *self._end(lane)]

    def disarmed(self, rule_id: str) -> list[Action]:
        """A rule is no longer armed: give back what is held for it."""
        holds = [lane.hold for lane in (self._up, self._down) if lane.hold is not None]
        return [
            action for hold in holds if hold.rule_id == rule_id for action in self.release(hold)
        ]

    @abstractmethod
    def _judge_up(self, piece: Piece) -> Verdict:
        """What to do about a piece of the client."""

    @abstractmethod
    def _judge_down(self, piece: Piece) -> Verdict:
        """The same for a piece of the server."""

    def _end(self, lane: MessageFlow) -> list[Action]:
        return [] if self.over else lane.end()

    def _flow(self, lane: MessageFlow, pieces: list[Piece]) -> list[Action]:
        if self.over:
            return []
        if lane.hold is not None:
            lane.keep(pieces)
            return []
        judge = self._judge_up if lane is self._up else self._judge_down
        actions: list[Action] = []
        ready: list[bytes] = []
        for index, piece in enumerate(pieces):
            verdict = judge(piece)
            if verdict is None:
                ready.append(piece.data)
                continue
            if ready:
                actions.append(lane.write(b"".join(ready)))
                ready = []
            actions += verdict
            if self._stopped(lane, pieces[index:]):
                break
        if ready:
            actions.append(lane.write(b"".join(ready)))
        return actions

    def _stopped(self, lane: MessageFlow, rest: list[Piece]) -> bool:
        if lane.hold is not None:
            lane.keep(rest)
        return self.over or lane.hold is not None

    def _drop(self) -> list[Action]:
        """Nothing of the current message of the server is passed on."""
        self._down.swallowing = True
        return []

    def _held(self, lane: MessageFlow, rule_id: str, seconds: float | None) -> list[Action]:
        """Stop a direction for a rule; None: until it is disarmed."""
        lane.hold = Hold(lane.direction, rule_id, seconds)
        return [lane.hold]
