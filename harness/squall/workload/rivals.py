"""What other clients ask for while a write is under way: the same thing, other changes of it, and a
look at it.

    PUT /accounts/7/name          its rival       PUT /accounts/7/name
                                  a neighbour     POST /accounts/7/payments
                                  an onlooker     GET /accounts/7
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from squall.history.op import FIRST_EXTRA, FIRST_NEIGHBOUR, FIRST_ONLOOKER, FIRST_RIVAL
from squall.workload.operations import (
    Operation,
    PlannedRequest,
    request_of,
    with_another_key,
)
from squall.workload.readers import PLACEHOLDER, read_of, reader_of

CHANGES = frozenset({"PUT", "PATCH", "POST"})
"""Methods of neighbours. What a DELETE takes away cannot be changed any more."""


def rivals_of(request: PlannedRequest, operations: Sequence[Operation]) -> Iterator[PlannedRequest]:
    """The same write with a key of its own, a neighbour, and a read of the item that it updates."""
    operation = request.operation
    if operation.effect == "read" or request.key is None or request.id >= FIRST_EXTRA:
        return
    if operation.least_interval_seconds == 0 and not operation.after:
        yield with_another_key(request, FIRST_RIVAL + request.id)
        yield from _neighbour_of(request, operations)
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


def _neighbour_of(
    request: PlannedRequest, operations: Iterable[Operation]
) -> Iterator[PlannedRequest]:
    """One of them, for the same thing."""
    others = neighbours(request.operation, operations)
    if others:
        chosen, place = others[request.id % len(others)], len(_item(request.operation)) - 1
        parts = chosen.path.split("/")
        _, mark, query = parts[place].partition("?")
        parts[place] = request.path.partition("?")[0].split("/")[place] + mark + query
        number = FIRST_NEIGHBOUR + request.id
        run, key = (request.key or "").rpartition("-")[0], f"-{number}"
        draws = random.Random(f"neighbour {request.key}")  # noqa: S311 - repeatable on purpose
        at_item = replace(chosen, path="/".join(parts))
        yield replace(request_of(at_item, number, run + key, draws), operation=chosen)
