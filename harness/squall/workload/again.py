"""Requests that are asked again, made of what the history says of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from squall.history.op import FIRST_AGAIN, FIRST_EXTRA, FIRST_FOR_NOTHING, INVALID, Op
from squall.workload.operations import Operation, PlannedRequest, with_another_key
from squall.workload.read_back import NAME as READ_BACK

LATE_SECONDS = 0.1
"""An answer that takes longer is not waited for."""
MAX_TIMES = (FIRST_FOR_NOTHING - FIRST_AGAIN) // FIRST_EXTRA - 1
"""A write is asked for again this many times at most: there are no more numbers."""
MAX_KEPT = 1000
"""Failed writes that are kept."""


def wanted_again(op: Op) -> dict[str, Any]:
    """What :class:`AskedAgain` is to ask for again."""
    if op.effect != "read":
        return {"id": op.target}
    return {"name": op.name, "path": op.request.partition(" ")[2]}


class AskedAgain:
    """Numbers them within one run."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = {operation.name: operation for operation in operations}
        self._numbers = count(FIRST_AGAIN)
        self._failed: dict[int, PlannedRequest] = {}
        self._times: Counter[int] = Counter()

    def note(self, request: PlannedRequest, op: Op) -> None:
        """Keep a write of the plan that failed or was wrong, to ask for it again."""
        lost = op.may_pass or op.status in INVALID
        if op.id < FIRST_EXTRA and op.effect != "read" and lost:
            self._failed[op.id] = request
            if len(self._failed) > MAX_KEPT:
                self._failed.pop(next(iter(self._failed)))

    def requests(self, wanted: Sequence[Mapping[str, Any]]) -> Iterator[PlannedRequest]:
        """Each read whose operation is in the load, by ``name`` and ``path``, and each write that
        is kept, by its ``id``: another client wants the same, with a key of its own.
        """
        for each in wanted:
            made = self._write(each["id"]) if "id" in each else self._read(each)
            if made is not None:
                yield made

    def _read(self, wanted: Mapping[str, str]) -> PlannedRequest | None:
        operation = self._operations.get(wanted["name"])
        if wanted["name"] == READ_BACK:
            operation = Operation(name=READ_BACK, method="GET", path=wanted["path"], effect="read")
        if operation is None:
            return None
        number = next(self._numbers)
        key = f"again-{number}"
        return PlannedRequest(
            id=number,
            operation=operation,
            key=None,
            path=wanted["path"],
            headers={name: v.replace("{key}", key) for name, v in operation.headers.items()},
            body=None,
        )

    def _write(self, number: int) -> PlannedRequest | None:
        failed = self._failed.get(number)
        self._times[number] += 1
        if failed is None or self._times[number] > MAX_TIMES:
            return None
        again = FIRST_AGAIN + self._times[number] * FIRST_EXTRA + number
        return with_another_key(failed, again)


async def one_after_another(sends: Iterable[Callable[[], asyncio.Task[Any] | None]]) -> None:
    """Send each when the one before is answered, or is late; end when nothing is sent any more.

    All at once would open connections and threads that the load does not open, and an app that is
    served by its old ones for ever would seem to recover.
    """
    for send in sends:
        task = send()
        if task is None:
            return
        await asyncio.wait({task}, timeout=LATE_SECONDS)
