"""Whether a read shows an update at once, tried before the load: a cache may be meant to be behind.

GET /items/7 ─▶ PUT /items/7 {"stock": 5} ─▶ GET /items/7 ──▶ {"stock": 5}: at once

So does a list: GET /items ──▶ [{"id": 7, "stock": 5}, …].
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import aiohttp

from squall.core import events
from squall.core.clock import Clock
from squall.history.entries import describe_entries
from squall.history.shape import describe_texts, digests_of_values
from squall.lab.lab import Lab
from squall.workload.attempts import wanted_by
from squall.workload.http_exchange import Answer, client_session
from squall.workload.operations import Operation, PlannedRequest, requests
from squall.workload.plan import LoadPlan
from squall.workload.readers import lister_of, read_of, reader_of
from squall.workload.send_planned import send_planned

TRIES = 3
MOST_OPERATIONS = 6
SECONDS = 1.0
"""For one request. What takes longer tells nothing."""
FIRST = 90_000_000
LOOKS = 3
LOOK_AGAIN_SECONDS = 0.04
"""A cache may be told of an update by a notification, and is soon as new as the row."""


class UpdatesProbe:
    """Tries each operation once for a lab: caches follow from the app's code."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log

    async def look_before(self, plan: LoadPlan) -> None:
        """Publish what each trial has shown."""
        if self._lab.calm.updates is None:
            self._lab.calm.updates = await self._tried(plan)
        for seen in self._lab.calm.updates:
            self._log(replace(seen, at=self._clock.now()))  # an event of this run

    async def _tried(self, plan: LoadPlan) -> list[events.UpdateShown]:
        found: list[events.UpdateShown] = []
        async with client_session(SECONDS, fresh=True, route=plan.route) as session:
            for write, read in islice(_pairs(plan), MOST_OPERATIONS):
                for request in islice(_drawn(plan, write), TRIES):
                    fresh = await _shows(session, plan.base_url, request, read)
                    if fresh is not None:
                        now = self._clock.now()
                        found.append(
                            events.UpdateShown(at=now, write=write.name, read=read.name,
                                               fresh=fresh)
                        )  # fmt: skip
        return found


def _pairs(plan: LoadPlan) -> Iterator[tuple[Operation, Operation]]:
    """Updates and what reads them. What has a rate limit, or follows another request, is spared."""
    for write in plan.operations:
        for find in (reader_of, lister_of):
            read = find(write, plan.operations)
            limited = write.least_interval_seconds or (read and read.least_interval_seconds)
            if read is not None and not limited and not write.after:
                yield write, read


def _drawn(plan: LoadPlan, write: Operation) -> Iterator[PlannedRequest]:
    return requests((write,), plan.seed + 3, f"calm-{plan.run_id}", first=FIRST)


async def _shows(
    session: aiohttp.ClientSession, base_url: str, request: PlannedRequest, reader: Operation
) -> bool | None:
    """Whether the item shows the values of the update soon; None if that cannot be said."""
    read = read_of(request, reader, request.id)
    listed = lister_of(request.operation, (reader,)) is not None
    first = await _ask(session, base_url, read)
    done = await _ask(session, base_url, request)
    if first is None or not first.ok or done is None or not done.ok:
        return None
    fresh: bool | None = None
    for _ in range(LOOKS):
        fresh = _is_shown(request, await _ask(session, base_url, read), listed=listed)
        if fresh is not False:
            break
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return fresh


def _is_shown(request: PlannedRequest, answer: Answer | None, *, listed: bool) -> bool | None:
    if answer is None or not answer.ok:
        return None
    wanted = digests_of_values(wanted_by(request))
    shown = digests_of_values(
        _read_entry(request, answer) if listed else describe_texts(answer.text)
    )
    common = set(wanted) & set(shown)
    return all(wanted[name] == shown[name] for name in common) if common else None


def _read_entry(request: PlannedRequest, answer: Answer) -> str:
    key = request.path.partition("?")[0].rpartition("/")[2]
    return json.dumps(json.loads(describe_entries(answer.text) or "{}").get(key, {}))


async def _ask(
    session: aiohttp.ClientSession, base_url: str, request: PlannedRequest
) -> Answer | None:
    try:
        async with asyncio.timeout(SECONDS):
            return await send_planned(session, base_url, request)
    except (aiohttp.ClientError, OSError, ValueError):
        return None
