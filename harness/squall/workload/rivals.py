"""What other clients ask for while a write is under way: the same thing, and a look at it.

PUT /items/7/stock {"stock": 5}     the request
PUT /items/7/stock {"stock": 5}     another client, with a key of its own
PUT /items/7/stock {"stock": 8}     a third one, with values of its own: of three one may be merged
POST /items/7/sales                 or a neighbour: another operation on the same thing
GET /items/7                        who looks at it
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from squall.history.op import FIRST_EXTRA, FIRST_NEIGHBOUR, FIRST_ONLOOKER, FIRST_RIVAL
from squall.workload.attempts import UPDATES
from squall.workload.operations import (
    Operation,
    PlannedRequest,
    another_key,
    request_of,
    with_another_key,
    with_values_of_its_own,
)
from squall.workload.readers import PLACEHOLDER, read_of, reader_of

THIRD = 5_000_000
"""The number of the third update is higher than that of the second by this."""

CHANGES = frozenset({"PUT", "PATCH", "POST"})
"""Methods of neighbours. What a DELETE takes away cannot be changed any more."""


def rivals_of(request: PlannedRequest, operations: Sequence[Operation]) -> Iterator[PlannedRequest]:
    """The same write with a key of its own; a neighbour, or of an update one more, with values of
    its own; and a read of the item that it updates.
    """
    operation = request.operation
    if operation.effect == "read" or request.key is None or request.id >= FIRST_EXTRA:
        return
    if operation.least_interval_seconds == 0 and not operation.after:
        yield with_another_key(request, FIRST_RIVAL + request.id)
        yield from _third(request, operations)
    reader = reader_of(operation, operations)
    if reader is not None and reader.least_interval_seconds == 0:
        yield read_of(request, reader, FIRST_ONLOOKER + request.id)


def neighbours(operation: Operation, operations: Iterable[Operation]) -> list[Operation]:
    """The other writes of the load whose path names a thing of the same kind, and no other."""
    own = _item(operation)
    return [
        one for one in operations
        if own and _item(one) == own and one.name != operation.name and one.role == operation.role
    ]  # fmt: skip


def _item(operation: Operation) -> tuple[str, ...]:
    """Its path up to its only placeholder: ``("", "accounts", "{}")``. Empty if it is not asked for
    the same things again and again.
    """
    path = operation.path.partition("?")[0]
    parts = PLACEHOLDER.sub("{}", path).split("/")
    asked = operation.method in CHANGES and operation.effect != "read" and not operation.after
    if not asked or operation.least_interval_seconds or parts.count("{}") != 1:
        return ()
    return tuple(parts[: parts.index("{}") + 1]) if path.count("{") == 1 else ()


def _third(request: PlannedRequest, operations: Iterable[Operation]) -> Iterator[PlannedRequest]:
    """Of two updates one has a neighbour, if there is one: all at once would be an overload."""
    others = neighbours(request.operation, operations)
    is_update = request.operation.method in UPDATES
    if others and not (is_update and request.id % 2):
        yield _neighbour(request, others[request.id // (1 + is_update) % len(others)])
    elif is_update:
        yield with_values_of_its_own(request, FIRST_RIVAL + THIRD + request.id)


def _neighbour(request: PlannedRequest, chosen: Operation) -> PlannedRequest:
    """A request of this operation for the same thing."""
    parts, place = chosen.path.split("/"), len(_item(chosen)) - 1
    _, mark, query = parts[place].partition("?")
    parts[place] = request.path.partition("?")[0].split("/")[place] + mark + query
    number = FIRST_NEIGHBOUR + request.id
    draws = random.Random(f"neighbour {request.key}")  # noqa: S311 - repeatable on purpose
    at_item = replace(chosen, path="/".join(parts))
    return replace(
        request_of(at_item, number, another_key(request, number), draws), operation=chosen
    )
