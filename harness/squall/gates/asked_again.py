"""Reads that failed in an outage are asked again after it: each must be served.

    outage   GET /items/7 ──▶ 503
    after    GET /items/7 ──▶ 200      of a hundred items, seven alone may fail for ever

A lock for each item that an error keeps, an error that is remembered under its key: the other items
hide it, and the load may not ask for this one again.
"""

from __future__ import annotations

from collections.abc import Iterable

from squall.history.op import FIRST_READ_BACK, Op

MOST = 20
"""Requests that are asked again."""
GET = "GET "


def unserved(ops: Iterable[Op]) -> dict[str, Op]:
    """The last answer to each request that reads, and failed when it was asked for last."""
    last: dict[str, Op] = {}
    for op in sorted(ops, key=lambda op: op.done):
        planned = op.id < FIRST_READ_BACK or op.asked_again
        if planned and op.effect == "read" and op.request.startswith(GET):
            last[op.request] = op
    return {request: op for request, op in last.items() if op.is_servers_error}


def never_served(ops: Iterable[Op], since: float) -> list[Op]:
    """Requests that were asked again at ``since`` or later, and failed again."""
    return [op for op in unserved(ops).values() if op.asked_again and op.sent >= since]
