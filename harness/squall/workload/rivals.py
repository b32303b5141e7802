"""What other clients ask for while a write is under way: the same thing, and a look at it.

PUT /items/7 {"stock": 5}     the request
PUT /items/7 {"stock": 5}     another client, with a key of its own
PUT /items/7 {"stock": 8}     a third one, with values of its own: of three one may be merged
GET /items/7                  who looks at it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from squall.history.op import FIRST_EXTRA, FIRST_ONLOOKER, FIRST_RIVAL
from squall.workload.attempts import UPDATES
from squall.workload.operations import (
    Operation,
    PlannedRequest,
    with_another_key,
    with_values_of_its_own,
)
from squall.workload.readers import read_of, reader_of

THIRD = 10_000_000
"""The number of the third update is higher than that of the second by this."""


def rivals_of(request: PlannedRequest, operations: Iterable[Operation]) -> Iterator[PlannedRequest]:
    """The same write with a key of its own; of an update one more, with values of its own, and a
    read of the item.
    """
    operation = request.operation
    if operation.effect == "read" or request.key is None or request.id >= FIRST_EXTRA:
        return
    if operation.least_interval_seconds == 0 and not operation.after:
        yield with_another_key(request, FIRST_RIVAL + request.id)
        if operation.method in UPDATES:
            yield with_values_of_its_own(request, FIRST_RIVAL + THIRD + request.id)
    reader = reader_of(operation, operations)
    if reader is not None and reader.least_interval_seconds == 0:
        yield read_of(request, reader, FIRST_ONLOOKER + request.id)
