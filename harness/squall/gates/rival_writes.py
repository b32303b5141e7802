"""Writes to one item: the answer to one may rightly show what another one wrote.

PUT /posts/7 {a} ──────commit──read──▶ 200 {b}         both are answered with what is there now
PUT /posts/7 {b} ────────commit──────▶ 200 {b}
PUT /posts/7 {c} ──✗ no answer: it may be applied at any later time
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from squall.history.op import Op

CHANGES = ("PUT", "PATCH", "DELETE")
"""Methods whose path names the item. A POST to a list makes an item of its own."""


class RivalWrites:
    """Which writes had others on the same item while they waited for their answer."""

    def __init__(self, ops: Iterable[Op]) -> None:
        self._of_item: defaultdict[str, list[tuple[float, float, Op]]] = defaultdict(list)
        for op in ops:
            if item := _item(op):
                until = math.inf if op.status is None else op.done
                self._of_item[item].append((op.sent, until, op))

    def has_one(self, op: Op) -> bool:
        """Whether another write to the same item overlapped with this one; a repeat of it with its
        key is none.
        """
        return any(
            begun < op.done and until > op.sent and other.id != op.id
            and (op.key is None or other.key != op.key)
            for begun, until, other in self._of_item.get(_item(op), ())
        )  # fmt: skip

    def changed(self, op: Op) -> bool:
        """Whether the item that a read names was written by the load before its answer."""
        return any(begun < op.done for begun, _, _ in self._of_item.get(_path(op), ()))


def _item(op: Op) -> str:
    return _path(op) if op.request.partition(" ")[0] in CHANGES else ""


def _path(op: Op) -> str:
    return op.path.rstrip("/")
