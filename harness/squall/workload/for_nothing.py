"""Requests for things that do not exist, made of those that do.

    GET /items/7                        ──▶ GET /items/2000000007
    POST /orders {"item_id": 7, …}      ──▶ POST /orders {"item_id": 2000000007, …}

The last number or UUID of a path is replaced, and in a body the fields that identify something
else. A request with neither is left out: nobody can say whether the app would refuse it.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Sequence
from itertools import islice
from typing import Any

from squall.history.op import FIRST_FOR_NOTHING
from squall.workload.operations import WEBSOCKET, Operation, PlannedRequest, requests

NAMED = "%s, not there"
"""An operation of its own: what is usual for the other says nothing of it."""
UNKNOWN = 2_000_000_000
"""Within PostgreSQL's integer, and far from what sequences have reached."""
MANY = 100_000_000
DRAWN = 100
"""Requests that are looked at, to see whether a load names things."""
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
REFERENCE = re.compile(r"(_id|[a-z]I[dD])$")


def names_things(operations: Sequence[Operation]) -> bool:
    """Whether some requests of this load name a thing by its number or UUID."""
    drawn = islice(requests(operations, 0, "draw"), DRAWN) if operations else ()
    return any(for_nothing(request, 0) is not None for request in drawn)


def for_nothing(request: PlannedRequest, number: int) -> PlannedRequest | None:
    """The request as one for a thing that does not exist; None if it names no thing."""
    if request.operation.method == WEBSOCKET:
        return None
    path = _other_path(request.path, number)
    body = _other_body(request.body, number)
    if path == request.path and body == request.body:
        return None
    operation = dataclasses.replace(
        request.operation, name=NAMED % request.operation.name, read_back=None
    )
    return dataclasses.replace(
        request, id=FIRST_FOR_NOTHING + number, operation=operation, path=path, body=body
    )


def _other_path(path: str, number: int) -> str:
    address, mark, query = path.partition("?")
    parts = address.split("/")
    for place in reversed(range(len(parts))):
        if (other := _other(parts[place], number)) is not None:
            parts[place] = str(other)
            break
    return "/".join(parts) + mark + query


def _other_body(body: Any, number: int) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(body, dict):
        return body
    changed = dict(body)
    for name, value in body.items():
        other = _other(value, number) if REFERENCE.search(str(name)) else None
        if other is not None:
            changed[name] = other
    return changed


def _other(value: object, number: int) -> int | str | None:
    """Another number or UUID of the same type; None for what is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return UNKNOWN + number % MANY
    if isinstance(value, str) and value.isdecimal():
        return str(UNKNOWN + number % MANY)
    if isinstance(value, str) and UUID.match(value):
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"nothing {number}"))
    return None
