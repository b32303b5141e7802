"""Match committed transactions with requests, as learned before the fault.

    POST /notes {"title": "x-k17"}    ──▶ a row with the key k17          by key
    POST /notes ──▶ 201 {"id": 7}     ──▶ a new row whose id is 7         by answer

The same number is often an id in several tables, since each counts from 1. So a link by answer is
that to the column whose rows were committed while the request ran, or soonest after it:

    POST /users ── sent ───── 201 {"id": 7}
                      users.id 7 ✓              notes.id 7 ✗ (another request, much later)

An operation is *linked* if this holds for each of its acknowledged requests before the first fault.
It must then hold for later requests, too. Operations that write nothing, or write rows that cannot
be matched, are not linked and not judged.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from squall.core.events import TransactionCommitted
from squall.history.evidence import Evidence, Window
from squall.history.op import Op, Outcome
from squall.history.shape import identities

MIN_LEARNED = 6
"""Minimum number of acknowledged requests of an operation from which a link is learned."""

MAX_LAG_SECONDS = 1.0
"""In calm, a row that was committed later than this after the answer is another request's."""

CLOCK_SECONDS = 0.005
"""Difference allowed between the clocks of the server and of the workload."""

Link = tuple[str, str]
"""Place in an answer, and column of a table."""

Links = tuple[Link, ...]
"""Links of one operation that calm does not tell apart: ``orders.id`` and ``order_events.id`` count
alike until a transaction is rolled back. A request has its row if any of them finds one.
"""


@dataclass(slots=True)
class CommittedRows:
    """The committed transactions of a run, indexed by keys and ids."""

    by_key: dict[str, list[TransactionCommitted]] = field(default_factory=dict)
    by_id: dict[tuple[str, str], list[TransactionCommitted]] = field(default_factory=dict)
    """By column and value."""
    places: dict[str, set[str]] = field(default_factory=dict)
    """Columns by value."""
    with_calm: CommittedRows | None = None
    """The same with those of the calm writes; None if there were none."""

    @property
    def to_learn_from(self) -> CommittedRows:
        """With the calm writes, whose keys and ids the run itself does not have."""
        return self.with_calm or self

    def of_request(self, op: Op, links: Links | None) -> list[TransactionCommitted]:
        """The transactions of a request, in commit order."""
        if links is None:
            return self.by_key.get(op.key or "", [])
        found: list[TransactionCommitted] = []
        for place, column in links:
            found += self.by_id.get((column, identities(op).get(place, "")), [])
        return sorted(found, key=lambda one: one.at)


def read_rows(evidence: Evidence) -> CommittedRows | None:
    """What was committed; None if unknown."""
    if not evidence.knows_commits:
        return None
    committed = [event for event in evidence.events if isinstance(event, TransactionCommitted)]
    rows = _indexed(committed)
    if evidence.calm.commits:
        rows.with_calm = _indexed([*evidence.calm.commits, *committed])
    return rows


def _indexed(committed: Iterable[TransactionCommitted]) -> CommittedRows:
    by_key, by_id, places = defaultdict(list), defaultdict(list), defaultdict(set)
    for transaction in committed:
        for key in transaction.keys:
            by_key[key].append(transaction)
        for column, values in transaction.ids.items():
            for value in values:
                by_id[column, value].append(transaction)
                places[value].add(column)
    return CommittedRows(dict(by_key), dict(by_id), dict(places))


def acknowledged_writes(ops: Iterable[Op], *, accepted: bool = False) -> list[Op]:
    """Writes answered with a success which states that they are done, or also that they will be."""
    return [
        op
        for op in ops
        if op.effect != "read"
        and op.outcome is Outcome.APPLIED
        and (accepted or not op.is_accepted)
    ]


def calm_writes(evidence: Evidence, *, accepted: bool = False) -> dict[str, list[Op]]:
    """The acknowledged writes from which is learned, by operation: those before the fault, and
    those before the load.
    """
    calm: defaultdict[str, list[Op]] = defaultdict(list)
    for op in acknowledged_writes(evidence.without_fault, accepted=accepted):
        calm[op.name].append(op)
    return calm


def learn_links(
    evidence: Evidence, rows: CommittedRows, *, accepted: bool = False
) -> dict[str, Links | None]:
    """The linked operations by name. A link of None means: by the key of the request."""
    known = rows.to_learn_from
    links: dict[str, Links | None] = {}
    for name, ops in calm_writes(evidence, accepted=accepted).items():
        if len(ops) < MIN_LEARNED:
            continue
        by_answer = link_by_answer(ops, known)
        if by_answer:
            links[name] = by_answer
        elif _states_its_effect(ops) and all(op.key in known.by_key for op in ops):
            links[name] = None
    return links


def keyed_operations(
    evidence: Evidence, rows: CommittedRows, further: Sequence[Window] = ()
) -> dict[str, list[Op]]:
    """Acknowledged writes of the calm, and of further windows, by operation, where each has rows
    with its key.
    """
    calm, known = calm_writes(evidence), rows.to_learn_from
    for op in acknowledged_writes([op for each in further for op in evidence.window(each)]):
        calm.setdefault(op.name, []).append(op)
    return {
        name: ops
        for name, ops in calm.items()
        if len(ops) >= MIN_LEARNED and all(op.key in known.by_key for op in ops)
    }


def link_by_answer(ops: Sequence[Op], rows: CommittedRows) -> Links:
    """A place whose value differs for each request, and the columns of new rows that equal it."""
    found = [
        {(place, column) for place, value in identities(op).items()
         for column in rows.places.get(value, ())}
        for op in ops
    ]  # fmt: skip
    possible = [
        (lag, link)
        for link in sorted(set.intersection(*found))
        if len({identities(op)[link[0]] for op in ops}) == len(ops)
        and (lag := _lag_seconds(ops, rows, link)) <= MAX_LAG_SECONDS
    ]
    lag, link = min(possible, default=(0.0, ("", "")))
    if not possible or (lag > CLOCK_SECONDS and _names_what_was_there(ops, rows, link[0])):
        return ()
    return tuple(other for late, other in possible if late <= lag + CLOCK_SECONDS)


def _lag_seconds(ops: Sequence[Op], rows: CommittedRows, link: Link) -> float:
    """The longest time from an answer to the commit of its row; 0 if each was committed in time,
    infinite if a row was there before the request.
    """
    commits = [(op, rows.of_request(op, (link,))[0].at) for op in ops]
    if any(at < op.sent - CLOCK_SECONDS for op, at in commits):
        return math.inf
    return max(0.0, *(at - op.done for op, at in commits))


def _names_what_was_there(ops: Sequence[Op], rows: CommittedRows, place: str) -> bool:
    """Whether a value of an answer was in a row before the request: it may be no new row's."""
    return any(
        commit.at < op.sent
        for op in ops
        for value in [identities(op)[place]]
        for column in rows.places.get(value, ())
        for commit in rows.by_id[column, value]
    )


def _states_its_effect(ops: Sequence[Op]) -> bool:
    """Whether success means that something was stored.

    A 200 for a POST may be the answer to a query whose text is logged afterwards.
    """
    return all(op.status != 200 or not op.request.startswith("POST ") for op in ops)  # noqa: PLR2004 - OK
