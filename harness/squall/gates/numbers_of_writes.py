"""Numbers in the answers to writes: a price, a total, a balance.

    before and after   POST /bookings {room: 1, nights: 2} ──▶ 201 {"total": 162}
    during             POST /bookings {room: 1, nights: 2} ──▶ 201 {"total": 200}    a default
    during             POST /orders ──▶ 201 {"id": 8, "total": 480}                  the row has 240

A number follows from its request if without the fault equal requests had equal ones. It is that of
a column if each request without the fault told what its row had.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from squall.core.events import NumberTold
from squall.gates.committed_rows import MIN_LEARNED
from squall.gates.texts_of_reads import OF_THE_ANSWER
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST = 2
"""Answers of one operation. A single one may have its reason."""
LEAST_ANSWERS = 10
"""Answers of an operation without the fault of which a number is learned."""
LEAST_SAME = 2
"""Requests that were made on both sides of the outage, and had one number there."""
OFTEN = 3
"""So many requests have each value of a field that is chosen; what is unique tells them apart."""
LEAST_VALUES = 2
"""With so many different numbers, a field is that of a column, and not equal by chance."""

Told = tuple[Op, str]
"""An answer, and the name of its number."""
Request = tuple[str, frozenset[tuple[str, str]]]


def unlike_the_same_request(evidence: Evidence) -> list[Told]:
    """Numbers of answers in the outage that the same request does not have without it."""
    ops = [*evidence.calm.ops, *evidence.ops]
    adding = [op for op in ops if _adds(op)]
    asked = _Requests(adding)
    before = [op for op in (*evidence.calm.ops, *evidence.window("before")) if _adds(op)]
    after = [op for op in evidence.window("after") if _adds(op)]
    usual = _Usual(asked)
    usual.learn(before, "before")
    usual.learn(after, "after")
    odd: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    for op in evidence.window("during"):
        for name, number in _numbers(op).items() if _adds(op) else ():
            expected = usual.number(op, name)
            if expected is not None and number != expected:
                odd[op.name, name].append((op, name))
    return [one for found in odd.values() if len(found) >= LEAST for one in found]


def _adds(op: Op) -> bool:
    """Whether it is a POST that was answered with numbers."""
    return (
        op.good
        and not op.is_accepted
        and not op.copy
        and op.request.startswith("POST ")
        and bool(op.told)
    )


def _numbers(op: Op) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(op.told) if op.told else {}
    return {name: number for name, number in found.items() if not OF_THE_ANSWER.search(name)}


class _Requests:
    """Which requests are the same, but for what makes each of them unique."""

    def __init__(self, ops: Iterable[Op]) -> None:
        counts: defaultdict[str, int] = defaultdict(int)
        values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for op in ops:
            counts[op.name] += 1
            for name, value in _sent(op).items():
                values[op.name, name].add(value)
        self._chosen = {key for key, seen in values.items() if len(seen) * OFTEN <= counts[key[0]]}

    def key(self, op: Op) -> Request:
        """Equal for equal requests."""
        sent = {(name, one) for name, one in _sent(op).items() if (op.name, name) in self._chosen}
        return op.request, frozenset(sent)


def _sent(op: Op) -> Mapping[str, str]:
    items: list[dict[str, str]] = json.loads(op.items) if op.items else []
    return items[0] if len(items) == 1 else {}


@dataclass(slots=True)
class _Usual:
    """The numbers of each request on both sides of the outage."""

    requests: _Requests
    _seen: dict[tuple[str, str], dict[Request, dict[str, set[str]]]] = field(default_factory=dict)
    _counts: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def learn(self, ops: Iterable[Op], side: str) -> None:
        """Learn the answers of one side."""
        for op in ops:
            for name, number in _numbers(op).items():
                of_field = self._seen.setdefault((op.name, name), {})
                sides = of_field.setdefault(self.requests.key(op), {})
                sides.setdefault(side, set()).add(number)
                self._counts[op.name, name] += 1

    def number(self, op: Op, name: str) -> str | None:
        """The only number of this request, if the number of each request follows from it."""
        of_field = self._seen.get((op.name, name), {})
        if self._counts.get((op.name, name), 0) < LEAST_ANSWERS:
            return None
        if any(len(set().union(*sides.values())) > 1 for sides in of_field.values()):
            return None
        both = [sides for sides in of_field.values() if len(sides) > 1]
        own = of_field.get(self.requests.key(op), {})
        if len(own) < LEAST_SAME or len(both) < min(LEAST_SAME, len(of_field)):
            return None
        return next(iter(own["before"]))


def unlike_the_row(evidence: Evidence) -> list[Told]:
    """Numbers of answers since the fault that the rows of their requests never had."""
    start = evidence.first_injected
    events = [event for event in evidence.events if isinstance(event, NumberTold)]
    if start is None or not events:
        return []
    by_id = {op.id: op for op in evidence.ops if op.good and not op.is_accepted}
    calm = {op.id: op for op in evidence.calm.ops if op.good}
    early = [(calm[one.op], one) for one in evidence.calm.told if one.op in calm]
    run = [(by_id[one.op], one) for one in events if one.op in by_id]
    columns = _columns([*early, *((op, one) for op, one in run if op.done < start)])
    later: defaultdict[tuple[int, str], list[bool]] = defaultdict(list)
    for op, one in run:
        if op.done >= start and (op.name, one.field, one.column) in columns:
            later[op.id, one.field].append(one.stored)
    odd: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    for (number, name), stored in later.items():
        if not any(stored):
            odd[by_id[number].name, name].append((by_id[number], name))
    return [one for found in odd.values() if len(found) >= LEAST for one in found]


def _columns(calm: Iterable[tuple[Op, NumberTold]]) -> set[tuple[str, str, str]]:
    """Operation, field and column, where each answer without the fault told what its row had."""
    stored: defaultdict[tuple[str, str, str], list[bool]] = defaultdict(list)
    values: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for op, one in calm:
        key = (op.name, one.field, one.column)
        stored[key].append(one.stored)
        values[key].add(json.loads(op.told).get(one.field, ""))
    return {
        key
        for key, seen in stored.items()
        if all(seen) and len(seen) >= MIN_LEARNED and len(values[key]) >= LEAST_VALUES
    }
