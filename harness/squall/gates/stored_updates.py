"""What updates store and what reads show, compared with the server's log: a row is a register.

    PUT /items/7 {"stock": 5} ──▶ 200      items.stock = 5 is committed, where items.id = 7
    PUT /items/8 {"stock": 6} ──▶ 200      nothing is committed: acknowledged, and lost

Which column a field belongs to is learned from the run: the path names the row, and the column gets
the value that was sent. Values are compared by digests.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from squall.gates.committed_rows import MIN_LEARNED
from squall.gates.namesakes import without_chance
from squall.gates.rival_writes import RivalWrites
from squall.gates.row_log import Place, RowLog
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.history.shape import digests_of_values

SLACK_SECONDS = 0.5
"""A commit may be dated too early by this much, on a machine that is starved of processors."""

SOON_SECONDS = 0.2
"""From an answer to the commit of an update that stores other values than were sent."""

SUPERSEDED_SECONDS = 0.05
"""Before an update was sent, another one may have been committed that supersedes it."""

LEAST_CONTESTED = 2
"""Updates with others of the item at the same time; one alone may have its reason."""

LEAST_VALUES = 6
"""With this many different values sent, a row is not taken to have had the new one before."""


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
    sent, begun = _first_sent(evidence.ops), evidence.bounds("before")[1]
    acknowledged = _acknowledged(evidence.ops)
    known: dict[str, frozenset[Place]] = {}
    early = 0.0
    for name, ops in acknowledged.items():
        calm = [op for op in ops if op.done <= begun]
        known[name] = frozenset(_learn(calm, ops, log, sent))
        early = max([early, *(_seconds_to_answer(op, known[name], log) for op in calm)])
    rivals = RivalWrites(evidence.ops)
    judged: list[Op] = []
    lost: list[Op] = []
    contested: list[Op] = []
    for name, ops in acknowledged.items():
        look = _Look(set(known[name]), log, sent, early, varied=_varied(ops, known[name]))
        for op in (one for one in ops if known[name] and one.done > begun):
            judged.append(op)
            if not rivals.has_one(op):
                lost += [op] if look.is_lost(op) else []
            elif look.is_lost_to_nobody(op):
                contested.append(op)
    lost += contested if len(contested) >= LEAST_CONTESTED else []
    return Updates(judged, lost, known, early)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the server's log says of updates of one operation."""

    places: set[Place]
    log: RowLog
    sent: Mapping[str, float]
    early: float
    varied: set[Place]

    def is_lost(self, op: Op) -> bool:
        """Whether nothing of an update was stored that had its item for itself."""
        return not _was_touched(op, self.places, self.log, self.sent) and not self._was_so(op)

    def is_lost_to_nobody(self, op: Op) -> bool:
        """Whether one of several at once was acknowledged before any was committed, and never was.

        One may be superseded; but then it waits for the one that supersedes it.
        """
        stored = self.places & _stored(op, self.log, self.sent)
        superseded = any(self._was_superseded(op, place) for place in self.places)
        return bool(self.varied) and not (stored or superseded or self._was_so(op))

    def _was_superseded(self, op: Op, place: Place) -> bool:
        since = op.sent - self.early - SUPERSEDED_SECONDS
        return any(since <= change.at <= op.done for change in self.log.of(op, place))

    def _was_so(self, op: Op) -> bool:
        return any(
            _was_so(op, place, self.log, self.sent, varied=self.varied) for place in self.places
        )


def _varied(ops: Sequence[Op], places: Iterable[Place]) -> set[Place]:
    return {place for place in places if _is_varied(ops, place)}


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
    common = without_chance(set.intersection(*found), map(wanted_of, calm)) if found else set()
    if len(ops) < MIN_LEARNED or not common:
        return set()
    every = [_stored(op, log, sent) for op in ops]
    return {
        replace(place, keys=_keys(place, ops, log, sent))
        for place in common
        if sum(place in one for one in every) >= MIN_LEARNED
    }


def _keys(
    place: Place, ops: Sequence[Op], log: RowLog, sent: Mapping[str, float]
) -> tuple[str, ...]:
    """The columns that the path of each update names, in its order; empty if one is enough."""
    named: list[set[str]] = []
    at: dict[str, int] = {}
    for op in ops:
        own = [
            change.ids for identity, change in log.named_by(op)
            if identity == place.identity and change.table == place.table
            and change.at >= _since(op, sent)
            and change.values.get(place.column) == wanted_of(op).get(place.field)
        ]  # fmt: skip
        segments = list(op.segments)
        if own:
            named.append({name for ids in own for name in ids if ids[name] in segments})
        if own and len(set(segments)) == len(segments):
            at |= {name: segments.index(ids[name]) for ids in own for name in ids
                   if ids[name] in segments}  # fmt: skip
    both = set.intersection(*named) if named else set()
    others = {name for name in both - {place.identity, place.column}
              if name in at and log.needs(place.table, place.identity, name)}  # fmt: skip
    return (
        tuple(sorted({place.identity, *others}, key=lambda name: at.get(name, 0))) if others else ()
    )


def varied_places(
    updates: Sequence[Op], known: Mapping[str, Iterable[Place]]
) -> set[tuple[str, Place]]:
    """The operations' names and places of which enough values are sent."""
    return {
        (name, place)
        for name, places in known.items()
        for place in places
        if _is_varied([op for op in updates if op.name == name], place)
    }


def _is_varied(ops: Iterable[Op], place: Place) -> bool:
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
