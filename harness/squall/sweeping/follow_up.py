"""Requests of an operation that follows another one: first that one is sent, without a fault.

POST /orders ──201 {"id": 7}──▶ GET /orders/7, which the fault is for
"""

from __future__ import annotations

import asyncio
import time

from squall.sweeping.client import Client, ReceivedAnswer
from squall.sweeping.requests_of import RequestSource
from squall.workload.operations import Operation, PlannedRequest
from squall.workload.read_back import fill_follow_up

MAX_SECONDS = 4.0
"""An app that still recovers may refuse the first of the two for a while."""
RETRY_SECONDS = 0.02


async def prepare(client: Client, source: RequestSource, operation: Operation) -> PlannedRequest:
    """The next request of this kind. If the one before it never succeeds, that one."""
    maker = source.makers.get(operation.after)
    if maker is None:
        return source.next(operation)
    end = time.monotonic() + MAX_SECONDS
    while True:
        made = await client.send(source.next(maker))
        if made.good or time.monotonic() > end:
            break
        await asyncio.sleep(RETRY_SECONDS)
    return _follower(made, operation) or made.request


async def ask(client: Client, source: RequestSource, operation: Operation) -> ReceivedAnswer:
    """The answer to one request without a fault; of the one before it if that one fails."""
    maker = source.makers.get(operation.after)
    if maker is None:
        return await client.send(source.next(operation))
    made = await client.send(source.next(maker))
    follower = _follower(made, operation)
    return await client.send(follower) if follower is not None else made


def _follower(made: ReceivedAnswer, operation: Operation) -> PlannedRequest | None:
    """The request that follows this answer; None if it was no success or names nothing."""
    return fill_follow_up(made.request, made.text, operation) if made.good else None
