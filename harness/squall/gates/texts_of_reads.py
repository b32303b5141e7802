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
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from squall.history.op import Op
from squall.history.shape import NUMBER

LEAST_VALUES = 3
"""With this many different values in different requests, a field belongs to the item."""
LEAST_UNCHANGED = 2


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
