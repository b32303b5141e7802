"""Which operation reads what another one writes: their paths say so.

PUT /items/{…}         ◀── GET /items/{…}
PUT /items/{…}/stock   ◀── GET /items/{…}/stock, or GET /items/{…}
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from squall.workload.attempts import UPDATES
from squall.workload.operations import Operation, PlannedRequest

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def reader_of(operation: Operation, operations: Iterable[Operation]) -> Operation | None:
    """The operation that reads the item which this one updates; None if there is none."""
    if operation.effect == "read" or operation.method not in UPDATES:
        return None
    own = _template(operation)
    readers = {
        _template(one): one
        for one in operations
        if _may_show(one, operation) and "?" not in one.path
    }
    parent, _, last = own.rpartition("/")
    found = readers.get(own) or (readers.get(parent) if last != "{}" else None)
    return found if found is not None and _template(found).endswith("{}") else readers.get(own)


def lister_of(operation: Operation, operations: Iterable[Operation]) -> Operation | None:
    """The operation that lists what this one updates; None if there is none."""
    if operation.effect == "read" or operation.method not in UPDATES:
        return None
    parent, _, last = _template(operation).rpartition("/")
    found = (one for one in operations if _may_show(one, operation) and _template(one) == parent)
    return next(found, None) if last == "{}" else None


def read_of(request: PlannedRequest, reader: Operation, number: int) -> PlannedRequest:
    """The request that reads the item of an update."""
    parts = request.path.partition("?")[0].split("/")
    path = "/".join(parts[: len(reader.path.split("/"))])
    headers = {name: value.replace("{key}", f"read-{number}") for name, value in
               reader.headers.items()}  # fmt: skip
    return replace(request, id=number, operation=reader, key=None, path=path, headers=headers,
                   body=None)  # fmt: skip


def _may_show(one: Operation, update: Operation) -> bool:
    """Whether it is a plain read of the same client."""
    plain = one.method == "GET" and one.effect == "read" and not one.after and not one.streams
    return plain and one.role == update.role


def _template(operation: Operation) -> str:
    return PLACEHOLDER.sub("{}", operation.path.partition("?")[0]).rstrip("/")
