"""Requests that are asked again, made of what the history says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from squall.history.op import FIRST_AGAIN
from squall.workload.operations import Operation, PlannedRequest

LATE_SECONDS = 0.1
"""An answer that takes longer is not waited for."""


class AskedAgain:
    """Numbers them within one run."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = {operation.name: operation for operation in operations}
        self._numbers = count(FIRST_AGAIN)

    def requests(self, wanted: Sequence[Mapping[str, str]]) -> Iterator[PlannedRequest]:
        """Each of those whose operation is in the load, by ``name`` and ``path``."""
        for each in wanted:
            operation = self._operations.get(each["name"])
            if operation is None:
                continue
            number = next(self._numbers)
            key = f"again-{number}"
            yield PlannedRequest(
                id=number,
                operation=operation,
                key=None,
                path=each["path"],
                headers={name: v.replace("{key}", key) for name, v in operation.headers.items()},
                body=None,
            )


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
