"""Texts that belong to an item: alike in every answer to the same request, and unlike in others.

    GET /items/7   before and after   {"id": 7, "name": "pen", "served_by": "a"}
    GET /items/8   before and after   {"id": 8, "name": "ink", "served_by": "a"}
    GET /items/7   during             {"id": 7, "name": "unavailable", …}          made up

``name`` belongs to the item, ``served_by`` does not: it may differ in the outage for good reason,
and so may a text that differs between two answers to the same request, such as a time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from squall.history.op import Op

LEAST_VALUES = 3
"""With so many different values in different requests, a field belongs to the item."""


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
        )


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
