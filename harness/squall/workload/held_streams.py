"""Callers that open a stream and keep it, beside the open loop.

They are not part of the plan: they have no answer in time, and nothing of theirs is judged. What
is judged is how the others are served meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import aiohttp

from squall.workload.client_behaviour import ClientBehaviour
from squall.workload.http_exchange import client_session, hold_stream
from squall.workload.operations import WEBSOCKET, Operation, PlannedRequest, requests
from squall.workload.plan import LoadPlan
from squall.workload.websockets import hold_socket

LOOK_SECONDS = 0.005
"""How soon a change of their number is noticed."""

REOPEN_SECONDS = 1.0
"""A stream that was refused, or that ended, is opened again after this pause."""

FIRST_STREAM = 900_000_000
"""Keys of their requests are numbered from here, apart from every other request of a run."""

STREAMS_OF_A_PART = 1_000_000


class StreamHolder:
    """Keeps as many streams open as the callers' behaviour says."""

    first = FIRST_STREAM
    draws = 2
    """Added to the seed of the run, so that its requests are others than those of the plan."""

    def __init__(
        self, plan: LoadPlan, behaviour: ClientBehaviour, on_opened: Callable[[], None]
    ) -> None:
        """``on_opened`` is called with the first bytes of each stream."""
        self._plan = plan
        self._behaviour = behaviour
        self._on_opened = on_opened
        self._operations = [one for one in plan.operations if self._suits(one)]

    async def run(self) -> None:
        """Hold streams until cancelled; then every one of them is closed."""
        if not self._operations:
            return
        plan, held = self._plan, list[asyncio.Task[None]]()
        first = self.first + plan.part * STREAMS_OF_A_PART
        planned = requests(self._operations, plan.seed + self.draws, plan.run_id, first=first)
        async with client_session(plan.max_seconds, fresh=True, route=plan.route) as session:
            try:
                while True:
                    while len(held) < self._wanted:
                        held.append(asyncio.create_task(self._hold(session, planned)))
                    while len(held) > self._wanted:
                        held.pop().cancel()
                    await asyncio.sleep(LOOK_SECONDS)
            finally:
                for task in held:
                    task.cancel()
                await asyncio.gather(*held, return_exceptions=True)

    @property
    def _wanted(self) -> int:
        """Those of this part of the plan."""
        return sum(self._plan.owns(number) for number in range(self._number()))

    def _number(self) -> int:
        return self._behaviour.held_streams

    def _suits(self, operation: Operation) -> bool:
        return operation.streams

    async def _hold(
        self, session: aiohttp.ClientSession, planned: Iterator[PlannedRequest]
    ) -> None:
        for request in planned:
            with contextlib.suppress(aiohttp.ClientError, OSError, ValueError, TimeoutError):
                await self._hold_one(session, request)
            await asyncio.sleep(REOPEN_SECONDS)

    async def _hold_one(self, session: aiohttp.ClientSession, request: PlannedRequest) -> None:
        operation, url = request.operation, self._plan.base_url + request.path
        if operation.method == WEBSOCKET:
            await hold_socket(session, url, request, self._on_opened)
            return
        await hold_stream(
            session,
            operation.method,
            url,
            headers=request.headers,
            body=request.body,
            media=operation.media,
            on_opened=self._on_opened,
        )
