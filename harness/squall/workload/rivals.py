"""What other clients ask for while a write is under way: the same thing, and a look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from squall.history.op import FIRST_EXTRA, FIRST_ONLOOKER, FIRST_RIVAL
from squall.workload.operations import Operation, PlannedRequest, with_another_key
from squall.workload.readers import read_of, reader_of


def rivals_of(request: PlannedRequest, operations: Iterable[Operation]) -> Iterator[PlannedRequest]:
    """The same write with a key of its own, and a read of the item that it updates."""
    operation = request.operation
    if operation.effect == "read" or request.key is None or request.id >= FIRST_EXTRA:
        return
    if operation.least_interval_seconds == 0 and not operation.after:
        yield with_another_key(request, FIRST_RIVAL + request.id)
    reader = reader_of(operation, operations)
    if reader is not None and reader.least_interval_seconds == 0:
        yield read_of(request, reader, FIRST_ONLOOKER + request.id)
