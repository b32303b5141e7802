"""What follows a successful write, on what it made.

POST /notes ──201 {"id": 7}──▶ DELETE /notes/7
POST /notes ──204──▶ GET /notes ──[…, {"id": 7, "title": "squall-…"}]──▶ DELETE /notes/7
POST /notes ──204──▶ the row with the key: {"id": 7} ──▶ DELETE /notes/7
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp

from squall.workload.http_exchange import exchange
from squall.workload.operations import Operation, PlannedRequest
from squall.workload.plan import LoadPlan
from squall.workload.read_back import entry_with, fill_follow_up, follower_of

LIST_KEPT = 1_000_000
"""Bytes of a list."""
PATIENCE_SECONDS = 2.0
"""The look into a list is not a request of the plan: it is not recorded, and must not last."""


async def following(
    session: aiohttp.ClientSession, plan: LoadPlan, request: PlannedRequest, text: str
) -> PlannedRequest | None:
    """The request that follows a success with this answer, or None."""
    follower = follower_of(request, plan.seed, plan.operations)
    if follower is None:
        return None
    if follower.found_in:
        text = await _made(session, plan.base_url, request, follower)
    return fill_follow_up(request, text, follower)


async def _made(
    session: aiohttp.ClientSession, base_url: str, request: PlannedRequest, follower: Operation
) -> str:
    """What the request made: the entry of a list, or the row with its key."""
    if follower.found_in.startswith("http://"):  # of the lab, and not of the app: no credentials
        return await _list(session, follower.found_in.replace("{key}", request.key or "-"), {})
    listed = await _list(session, base_url + follower.found_in, follower.headers)
    return entry_with(listed, request.key)


async def _list(session: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await exchange(session, "GET", url, headers=headers, keep=LIST_KEPT)
    except (aiohttp.ClientError, OSError, ValueError):
        return ""
    return answer.text if answer.ok else ""
