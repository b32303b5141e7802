"""Which things of a request that sends several are stored: a new row has the values of each.

    POST /readings [{sensor: 3, value: 40}, {sensor: 1, value: 7}]      readings: 3, 40
                                                                        readings: 1, 7

Each row is that of one thing. Those of a request that was acknowledged are given to it first.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import BatchStored
from squall.history.op import Op
from squall.history.shape import digest_of
from squall.lab.changed_rows import LONGEST
from squall.lab.wal import RowChange

BEFORE_SECONDS, AFTER_SECONDS = 0.5, 1.0
"""A commit may be dated too early by the first, and follow an answer by the second."""
MAX_ROWS = 5000

Thing = Mapping[str, str]


def find_batches(
    changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[BatchStored]:
    """Each request that sent several things; nothing if none did, or too many rows are new."""
    sent = [(op, things_of(op)) for op in ops if op.items]
    new = [change for change in changes if change.kind == "insert"]
    if not any(len(things) > 1 for _, things in sent) or len(new) > MAX_ROWS:
        return
    rows = _Rows(new, times, {name for _, things in sent for one in things for name in one})
    for op, things in sorted(sent, key=lambda one: (not one[0].good, one[0].sent)):
        stored = sum(rows.take(op, thing) for thing in things)
        if len(things) > 1:
            yield BatchStored(at=op.done, op=op.id, items=len(things), stored=stored)


def things_of(op: Op) -> list[Thing]:
    """What a request sent."""
    things: list[Thing] = json.loads(op.items) if op.items else []
    return things


class _Rows:
    """New rows that no request has got yet, by one of their values."""

    def __init__(
        self, new: Iterable[RowChange], times: Mapping[int, float], names: set[str]
    ) -> None:
        self._by_value: defaultdict[tuple[str, str], list[tuple[int, float, Thing]]] = defaultdict(
            list
        )
        self._taken: set[int] = set()
        for number, change in enumerate(new):
            values = {
                name: digest_of(value)
                for name, value in change.new.items()
                if name in names and value is not None and len(value) <= LONGEST
            }
            for name, value in values.items():
                self._by_value[name, value].append((number, times[change.transaction], values))

    def take(self, op: Op, thing: Thing) -> bool:
        """Whether a row has these values, committed while the request ran."""
        until = math.inf if op.status is None else op.done + AFTER_SECONDS
        for number, at, values in self._by_value.get(next(iter(thing.items())), ()):
            in_time = op.sent - BEFORE_SECONDS <= at <= until
            if number not in self._taken and in_time and thing.items() <= values.items():
                self._taken.add(number)
                return True
        return False
