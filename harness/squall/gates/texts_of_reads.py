"""Texts that belong to an item: alike in every answer to the same request, and unlike in others.

    GET /items/7   before and after   {"id": 7, "name": "pen", "served_by": "a"}
    GET /items/8   before and after   {"id": 8, "name": "ink", "served_by": "a"}
    GET /items/7   during             {"id": 7, "name": "unavailable", …}          made up

``name`` belongs to the item, ``served_by`` does not: it may differ in the outage for good reason,
and so may a text that differs between two answers to the same request, such as a time.

A number may change in the outage, and change back. It is made up if different requests, which have
different numbers without the fault, have all the same one:

    GET /items/7 … {"price": 107}      GET /items/8 … {"price": 108}      without the fault
    GET /items/7 … {"price": 199}      GET /items/8 … {"price": 199}      a default

A number that all requests share is made up if it is another one in the outage, alike in all answers
that differ, and all have it again after the heal: a version or a setting that is changed does not
change back.

    GET /offers   before and after {"rate": 1.19}     during {"rate": 1}, {"rate": 1.19}

A number of every item that is another one after a start of the app, while no row was changed,
is one that the start has made up.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from squall.history.op import Op
from squall.history.shape import NUMBER

LEAST_VALUES = 3
"""With this many different values in different requests, a field belongs to the item."""
LEAST_UNCHANGED = 2
LEAST_MOVED = 3
"""Requests, each of which had one number before the outage, and another one after it."""
LEAST_SHARED = 10
"""Answers on each side of the outage that have one number."""
OF_THE_ANSWER = re.compile(
    r"age|stale|cache|retr|wait|queue|pending|lag|latency|_ms|second|elapsed|remain|uptime"
    r"|attempt|tries|try|replica|node|shard|worker|version|source|mode|level|status|degraded"
    r"|minute|hour|day|left|until|views|hits|visits",
    re.IGNORECASE,
)
"""Numbers with such names describe the answer, not the thing."""


def _read(op: Op) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(op.texts) if op.texts else {}
    return found


class TextsOfReads:
    """The texts of reads before the first fault and after the last heal."""

    def __init__(self, before: Iterable[Op], after: Iterable[Op]) -> None:
        self._before = _by_request(before)
        self._after = _by_request(after)
        self._of_items = _of_items({*self._before, *self._after}, self)

    def same_request(self, op: Op) -> list[Mapping[str, str]]:
        """The texts of other answers to the same request; empty unless both sides have some."""
        key = (op.name, op.request)
        return self.both_sides(key) if key in self._before and key in self._after else []

    def later(self, op: Op) -> list[Mapping[str, str]]:
        """The texts of answers to the same request after the heal."""
        return self._after.get((op.name, op.request), [])

    def both_sides(self, key: tuple[str, str]) -> list[Mapping[str, str]]:
        """All answers to a request."""
        return [*self._before.get(key, []), *self._after.get(key, [])]

    def made_up(self, op: Op) -> list[str]:
        """Fields whose text is another one than in all other answers to the same request."""
        others = self.same_request(op)
        if not others:
            return []
        return sorted(
            field
            for field, text in _read(op).items()
            if (op.name, field) in self._of_items
            and len(were := {other.get(field) for other in others}) == 1
            and None not in were
            and text not in were
            and not text.startswith(NUMBER)
        )

    def defaults(
        self, ops: Iterable[Op], unchanged: Callable[[Op], bool] = lambda _: False
    ) -> list[tuple[Op, str]]:
        """Reads with a number that is the same for different requests, and is that of none of them
        without the fault; each with its field.

        ``unchanged``: whether no row that the path names was changed. Then two are enough.
        """
        found: defaultdict[tuple[str, str, str], list[Op]] = defaultdict(list)
        for op in ops:
            for field in self._other_numbers(op, unchanged=unchanged(op)):
                found[op.name, field, _read(op)[field]].append(op)
        return [
            (op, field)
            for (_, field, _), same in found.items()
            if len({op.request for op in same})
            >= (LEAST_UNCHANGED if all(map(unchanged, same)) else LEAST_VALUES)
            for op in same
        ]

    def shared_defaults(self, ops: Iterable[Op]) -> list[tuple[Op, str]]:
        """Reads with another number than all answers without the fault, and some in it, have."""
        found: defaultdict[tuple[str, str], list[tuple[Op, str]]] = defaultdict(list)
        for op in ops:
            if op.good and op.effect == "read" and not op.copy:
                for field, number in _read(op).items():
                    if number.startswith(NUMBER) and not OF_THE_ANSWER.search(field):
                        found[op.name, field].append((op, number))
        return [
            (op, field)
            for (name, field), shown in found.items()
            if (usual := self._shared(name, field)) is not None
            and len(odd := [op for op, number in shown if number != usual]) >= LEAST_VALUES
            and len({number for _, number in shown} - {usual}) == 1
            for op in odd
        ]

    def changed_for_good(
        self, ops: Iterable[Op], unchanged: Callable[[Op], bool]
    ) -> list[tuple[Op, str]]:
        """Reads after the outage with a number that is another one than before it, for each request
        that was asked on both sides.

        ``unchanged``: whether no row was changed that the path of a request names.
        """
        moved: defaultdict[tuple[str, str], list[tuple[Op, bool | None]]] = defaultdict(list)
        asked = {(op.name, op.request): op for op in ops if op.good and op.effect == "read"}
        for key in self._before.keys() & self._after.keys() & asked.keys():
            op = asked[key]
            for field in self._before[key][0] if unchanged(op) else ():
                if not OF_THE_ANSWER.search(field):
                    moved[op.name, field].append((op, self._moved(key, field)))
        return [
            (op, field)
            for (_, field), seen in sorted(moved.items())
            if all(one for _, one in seen) and len(seen) >= LEAST_MOVED
            for op, _ in seen
        ]

    def _moved(self, key: tuple[str, str], field: str) -> bool | None:
        """Whether a number is another one; None if it also differs on one side."""
        sides = [{one.get(field) for one in side[key]} for side in (self._before, self._after)]
        if any(len(side) != 1 for side in sides) or len(self._before[key]) < LEAST_UNCHANGED:
            return None
        (was,), (now,) = sides
        return was is not None and now is not None and was.startswith(NUMBER) and was != now

    def _shared(self, name: str, field: str) -> str | None:
        """The number that all answers to an operation have, on each side of the outage."""
        numbers: set[str | None] = set()
        for side in (self._before, self._after):
            shown = [one.get(field) for key, all_ in side.items() if key[0] == name for one in all_]
            if len(shown) < LEAST_SHARED:
                return None
            numbers.update(shown)
        return numbers.pop() if len(numbers) == 1 else None

    def _other_numbers(self, op: Op, *, unchanged: bool) -> list[str]:
        """Numbers of an item that all other answers to the same request have alike: those on both
        sides, or those after the heal if its row was not changed.
        """
        if op.copy or op.effect != "read" or not op.texts:
            return []
        others = self.same_request(op) or (self.later(op) if unchanged else [])
        return [
            field
            for field, number in _read(op).items()
            if others
            and number.startswith(NUMBER)
            and (op.name, field) in self._of_items
            and len(were := {other.get(field) for other in others}) == 1
            and not were & {None, number}
        ]


Found = dict[tuple[str, str], list[Mapping[str, str]]]


def _by_request(ops: Iterable[Op]) -> Found:
    found: Found = defaultdict(list)
    for op in ops:
        if op.good and op.texts and op.effect == "read":
            found[op.name, op.request].append(_read(op))
    return dict(found)


def _of_items(keys: Iterable[tuple[str, str]], texts: TextsOfReads) -> frozenset[tuple[str, str]]:
    """Operation and field, where different requests have different texts."""
    values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for key in keys:
        for answer in texts.both_sides(key):
            for field, text in answer.items():
                values[key[0], field].add(text)
    return frozenset(place for place, seen in values.items() if len(seen) >= LEAST_VALUES)
