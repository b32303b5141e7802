"""One request of the load over HTTP."""

from __future__ import annotations

import aiohttp

from squall.workload.http_exchange import Answer, exchange
from squall.workload.operations import PlannedRequest


async def send_planned(
    session: aiohttp.ClientSession, base_url: str, request: PlannedRequest
) -> Answer:
    """Send a request that does not use a websocket. Raises like :func:`exchange`."""
    operation = request.operation
    return await exchange(
        session, operation.method, base_url.rstrip("/") + request.path, headers=request.headers,
        body=request.body, media=operation.media, stream_seconds=operation.stream_seconds,
    )  # fmt: skip
