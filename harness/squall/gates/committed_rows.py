"""Match committed transactions with requests, as learned before the fault.

    POST /notes {"title": "x-k17"}    ──▶ a row with the key k17          by key
    POST /notes ──▶ 201 {"id": 7}     ──▶ a new row whose id is 7         by answer

An operation is *linked* if this holds for each of its acknowledged requests before the first fault.
It must then hold for later requests, too. Operations that write nothing, or write rows that cannot
be matched, are not linked and not judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from squall.core.events import CommitsRead, TransactionCommitted
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.history.shape import identities

MIN_LEARNED = 6
"""Minimum number of acknowledged requests of an operation from which a link is learned."""
ACCEPTED = 202
"""The status 202 promises that something will be done, not that it has been done."""

Link = tuple[str, str]
"""Place in an answer, and column of a table."""


@dataclass(slots=True)
class CommittedRows:
    """The committed transactions of a run, indexed by keys and ids."""

    by_key: dict[str, list[TransactionCommitted]] = field(default_factory=dict)
    by_id: dict[tuple[str, str], list[TransactionCommitted]] = field(default_factory=dict)
    """By column and value."""
    places: dict[str, set[str]] = field(default_factory=dict)
    """Columns by value."""

    def of_request(self, op: Op, link: Link | None) -> list[TransactionCommitted]:
        """The transactions of a request, in commit order."""
        if link is None:
            return self.by_key.get(op.key or "", [])
        value = identities(op).get(link[0], "")
        return self.by_id.get((link[1], value), [])


def read_rows(evidence: Evidence) -> CommittedRows | None:
    """What was committed; None if unknown."""
    if not any(isinstance(event, CommitsRead) for event in evidence.events):
        return None
    committed = [event for event in evidence.events if isinstance(event, TransactionCommitted)]
    rows = CommittedRows()
    by_key, by_id, places = defaultdict(list), defaultdict(list), defaultdict(set)
    for transaction in committed:
        for key in transaction.keys:
            by_key[key].append(transaction)
        for column, values in transaction.ids.items():
            for value in values:
                by_id[column, value].append(transaction)
                places[value].add(column)
    rows.by_key, rows.by_id, rows.places = dict(by_key), dict(by_id), dict(places)
    return rows


def acknowledged_writes(ops: Iterable[Op]) -> list[Op]:
    """Writes answered with a success which states that they are done."""
    return [
        op
        for op in ops
        if op.effect != "read" and op.outcome is Outcome.APPLIED and op.status != ACCEPTED
    ]


def learn_links(evidence: Evidence, rows: CommittedRows) -> dict[str, Link | None]:
    """The linked operations by name. A link of None means: by the key of the request."""
    calm: defaultdict[str, list[Op]] = defaultdict(list)
    for op in acknowledged_writes(evidence.window("before")):
        calm[op.name].append(op)
    links: dict[str, Link | None] = {}
    for name, ops in calm.items():
        if len(ops) < MIN_LEARNED:
            continue
        by_answer = _link_by_answer(ops, rows)
        if by_answer is not None:
            links[name] = by_answer
        elif _states_its_effect(ops) and all(op.key in rows.by_key for op in ops):
            links[name] = None
    return links


def keyed_operations(evidence: Evidence, rows: CommittedRows) -> dict[str, list[Op]]:
    """Acknowledged writes before the fault by operation, where each has rows with its key."""
    calm: defaultdict[str, list[Op]] = defaultdict(list)
    for op in acknowledged_writes(evidence.window("before")):
        calm[op.name].append(op)
    return {
        name: ops
        for name, ops in calm.items()
        if len(ops) >= MIN_LEARNED and all(op.key in rows.by_key for op in ops)
    }


def _link_by_answer(ops: Sequence[Op], rows: CommittedRows) -> Link | None:
    """A place whose value differs for each request, and equals one column of its new row."""
    found = [
        {(place, column) for place, value in identities(op).items()
         for column in rows.places.get(value, ())}
        for op in ops
    ]  # fmt: skip
    for link in sorted(set.intersection(*found)):
        if len({identities(op)[link[0]] for op in ops}) == len(ops):
            return link
    return None


def _states_its_effect(ops: Sequence[Op]) -> bool:
    """Whether success means that something was stored.

    A 200 for a POST may be the answer to a query whose text is logged afterwards.
    """
    return all(op.status != 200 or not op.request.startswith("POST ") for op in ops)  # noqa: PLR2004 - OK
