"""What updates store and what reads show, compared with the server's log: a row is a register.

    PUT /items/7 {"stock": 5} ──▶ 200      items.stock = 5 is committed, where items.id = 7
    PUT /items/8 {"stock": 6} ──▶ 200      nothing is committed: acknowledged, and lost

Which column a field belongs to is learned from the run: the path names the row, and the column gets
the value that was sent. Values are compared by digests.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from squall.core.events import CommitsRead, RowChanged
from squall.gates.committed_rows import MIN_LEARNED
from squall.gates.rival_writes import RivalWrites
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.history.shape import digests_of_values

SLACK_SECONDS = 0.5
"""A commit may be dated too early by this much, on a machine that is starved of processors."""

SOON_SECONDS = 0.2
"""From an answer to the commit of an update that stores other values than were sent."""

LEAST_VALUES = 6
"""With this many different values sent, a row is not taken to have had the new one before."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a field of a request is stored."""

    field: str
    table: str
    identity: str
    """The column whose value the path names."""
    column: str


class RowLog:
    """The changes of rows that paths name."""

    def __init__(self, changes: Iterable[RowChanged]) -> None:
        self._of: defaultdict[str, list[RowChanged]] = defaultdict(list)
        for change in sorted(changes, key=lambda one: one.at):
            for value in set(change.ids.values()):
                self._of[value].append(change)

    def named_by(self, op: Op) -> Iterable[tuple[str, RowChanged]]:
        """The changes of rows that a segment of its path names, each with the column."""
        for segment in dict.fromkeys(op.segments):
            for change in self._of.get(segment, ()):
                for column, value in change.ids.items():
                    if value == segment:
                        yield column, change

    def of(self, op: Op, place: Place) -> list[RowChanged]:
        """The changes of the row at this place, in commit order."""
        return [
            change
            for column, change in self.named_by(op)
            if column == place.identity and change.table == place.table
            and place.column in change.values
        ]  # fmt: skip


def read_log(evidence: Evidence) -> RowLog | None:
    """None if the server's log was not read."""
    if not any(isinstance(event, CommitsRead) for event in evidence.events):
        return None
    return RowLog(event for event in evidence.events if isinstance(event, RowChanged))


def untouched(evidence: Evidence) -> Callable[[Op], bool]:
    """Whether no row that a path names was changed in the run; False if the log is unknown."""
    log = read_log(evidence)
    return lambda op: log is not None and not any(True for _ in log.named_by(op))


def is_update(op: Op) -> bool:
    """Whether it is a write that says which values a row gets."""
    return op.effect != "read" and op.request.startswith(("PUT ", "PATCH ")) and bool(op.wanted)


def wanted_of(op: Op) -> Mapping[str, str]:
    """Digests of the values that were sent, by field."""
    return digests_of_values(op.wanted)


@dataclass(frozen=True, slots=True)
class Updates:
    """The updates of a run that the server's log can tell about."""

    judged: list[Op]
    lost: list[Op]
    """Acknowledged, and their values were never committed."""
    places: Mapping[str, frozenset[Place]]
    """Where the fields of each operation are stored."""
    dated_early: float
    """The most seconds from the commit of an update to its answer, without a fault: by so much a
    commit may be dated too early.
    """


def judge_updates(evidence: Evidence, log: RowLog) -> Updates:
    """Operations count whose acknowledged updates without a fault were all committed."""
    sent = _first_sent(evidence.ops)
    rivals, begun = RivalWrites(evidence.ops), evidence.bounds("before")[1]
    judged: list[Op] = []
    lost: list[Op] = []
    known: dict[str, frozenset[Place]] = {}
    early = 0.0
    for name, ops in _acknowledged(evidence.ops).items():
        calm = [op for op in ops if op.done <= begun]
        places = _learn(calm, ops, log, sent)
        known[name] = frozenset(places)
        early = max([early, *(_seconds_to_answer(op, places, log) for op in calm)])
        varied = {place for place in places if is_varied(ops, place)}
        later = [op for op in ops if places and op.done > begun and not rivals.has_one(op)]
        judged += later
        lost += [
            op
            for op in later
            if not _was_touched(op, places, log, sent)
            and not any(_was_so(op, place, log, sent, varied=varied) for place in places)
        ]
    return Updates(judged, lost, known, early)


def _acknowledged(ops: Iterable[Op]) -> Mapping[str, list[Op]]:
    """The updates that were answered with success, by operation."""
    found: defaultdict[str, list[Op]] = defaultdict(list)
    for op in ops:
        if is_update(op) and op.outcome is Outcome.APPLIED and not op.is_accepted:
            found[op.name].append(op)
    return found


def _first_sent(ops: Iterable[Op]) -> Mapping[str, float]:
    """When each key was sent for the first time: a repeat may be answered from the first one."""
    found: dict[str, float] = {}
    for op in ops:
        if op.key is not None:
            found[op.key] = min(op.sent, found.get(op.key, math.inf))
    return found


def _since(op: Op, sent: Mapping[str, float]) -> float:
    return (sent[op.key] if op.key is not None else op.sent) - SLACK_SECONDS


def _stored(op: Op, log: RowLog, sent: Mapping[str, float]) -> set[Place]:
    """Where values that it sent were committed since."""
    wanted, since = wanted_of(op), _since(op, sent)
    return {
        Place(field, change.table, identity, column)
        for identity, change in log.named_by(op)
        if change.at >= since
        for column, value in change.values.items()
        for field, digest in wanted.items()
        if value == digest
    }


def _seconds_to_answer(op: Op, places: Iterable[Place], log: RowLog) -> float:
    """From the last change of its row that is dated before its answer; 0 if it was long before."""
    before = [one.at for place in places for one in log.of(op, place) if one.at <= op.done]
    seconds = op.done - max(before, default=op.done)
    return seconds if seconds <= SLACK_SECONDS else 0.0


def _was_touched(op: Op, places: set[Place], log: RowLog, sent: Mapping[str, float]) -> bool:
    """Whether its values were stored, or others soon: a text may be trimmed, a number rounded."""
    rows = {(place.table, place.identity) for place in places}
    soon = any(
        (change.table, identity) in rows and change.at <= op.done + SOON_SECONDS
        for identity, change in log.named_by(op)
        if change.at >= _since(op, sent)
    )
    return soon or bool(places & _stored(op, log, sent))


def _learn(
    calm: Sequence[Op], ops: Sequence[Op], log: RowLog, sent: Mapping[str, float]
) -> set[Place]:
    """The places where each update without a fault was stored, and enough of all."""
    found = [_stored(op, log, sent) for op in calm]
    common = set.intersection(*found) if found else set()
    if len(ops) < MIN_LEARNED or not common:
        return set()
    every = [_stored(op, log, sent) for op in ops]
    return {place for place in common if sum(place in one for one in every) >= MIN_LEARNED}


def is_varied(ops: Iterable[Op], place: Place) -> bool:
    """Whether enough values are sent: a row is not taken to have had one of them before."""
    return len({wanted_of(op).get(place.field) for op in ops}) >= LEAST_VALUES


def _was_so(
    op: Op, place: Place, log: RowLog, sent: Mapping[str, float], *, varied: set[Place]
) -> bool:
    """Whether the row may have had the value before, so that nothing was to be changed."""
    earlier = [one for one in log.of(op, place) if one.at < _since(op, sent)]
    if not earlier:
        return place not in varied
    return earlier[-1].values[place.column] == wanted_of(op).get(place.field)
