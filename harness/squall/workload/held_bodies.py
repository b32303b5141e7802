"""Callers that send half of a request's body and then nothing, beside the open loop.

    caller ──POST /orders  {"item": 7, ──▶ app        the rest does not come
    caller ✗ closes at the heal

They are not part of the plan. What the app does with a request whose body is not there, such as
holding a connection or a place for it, is seen by how the others are served meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp

from squall.workload.held_streams import StreamHolder
from squall.workload.operations import Operation, PlannedRequest

FIRST_BODY = 950_000_000
"""Keys of their requests are numbered from here."""

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def may_stop_halfway(operation: Operation) -> bool:
    """Whether its requests have a body of which half can be sent, as often as one likes."""
    sends = operation.method in WITH_BODY and operation.media == "json"
    limited = operation.streams or operation.least_interval_seconds > 0
    return sends and not limited and bool(operation.body or operation.bodies)


class BodyHolder(StreamHolder):
    """Keeps as many requests unfinished as the callers' behaviour says."""

    first = FIRST_BODY
    draws = 3

    def _number(self) -> int:
        return self._behaviour.held_bodies

    def _suits(self, operation: Operation) -> bool:
        return may_stop_halfway(operation)

    async def _hold_one(self, session: aiohttp.ClientSession, request: PlannedRequest) -> None:
        url = self._plan.base_url + request.path
        headers = {**request.headers, "Content-Type": "application/json"}
        half = self._half(json.dumps(request.body).encode())
        method = request.operation.method
        async with session.request(method, url, headers=headers, data=half, allow_redirects=False):
            return  # refused without its body

    async def _half(self, body: bytes) -> AsyncIterator[bytes]:
        yield body[: max(1, len(body) // 2)]
        self._on_opened()
        await asyncio.Event().wait()


HOLDERS = (StreamHolder, BodyHolder)
"""Everything that callers hold open beside the plan."""
