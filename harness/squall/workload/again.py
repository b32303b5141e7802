"""Requests that are asked again, made of what the history says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from squall.history.op import FIRST_AGAIN
from squall.workload.operations import Operation, PlannedRequest


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
