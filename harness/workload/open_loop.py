"""The open loop: each request leaves at its time, whatever became of the others.

The only module that imports aiohttp. Its client repeats idempotent requests by itself when a
kept-alive connection turns out to be closed; here that is switched off, because a hidden retry
would hide an error of the app.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import aiohttp

from harness.history.op import FIRST_EXTRA, HUNG_UP, Op
from harness.workload.arrivals import arrivals
from harness.workload.behaviour import Behaviour
from harness.workload.operations import PlannedRequest, outcome_of, requests
from harness.workload.plan import Plan
from harness.workload.read_back import reading

MOST_IN_FLIGHT = 500
"""Requests under way at once; what would exceed it is counted as unsent, never delayed."""

BODY_KEPT = 2_000

IDLE_SECONDS = 0.005
"""How soon a change of the offered load is noticed."""

RESET = (errno.ECONNRESET, errno.EPIPE)
"""aiohttp hands an RST on as its own ``ClientOSError``, told apart by the number alone."""


class OpenLoop:
    """Sends one plan."""

    def __init__(self, plan: Plan, on_op: Callable[[Op], None]) -> None:
        self._plan = plan
        self._on_op = on_op
        self._stop_at = plan.start_at + plan.max_seconds
        self._stopped = asyncio.Event()
        self._in_flight: set[asyncio.Task[None]] = set()
        self.unsent = 0
        self.offered = 0
        self.lags: list[float] = []
        self.behaviour = Behaviour(plan.seed)

    def stop(self, at: float) -> None:
        """Send nothing that was meant to start at ``at`` or later."""
        self._stop_at = min(self._stop_at, at)
        self._stopped.set()

    async def run(self) -> None:
        """Send until stopped, then wait for what is under way, bounded by the callers' patience."""
        timeout = aiohttp.ClientTimeout(total=self._plan.timeout_seconds)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=3)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            session._retry_connection = False  # noqa: SLF001 - the switch has no public name
            spike = asyncio.get_running_loop().create_task(self._send_extra(session))
            await self._send_all(session)
            spike.cancel()
            if self._in_flight:
                await asyncio.wait(self._in_flight, timeout=self._plan.timeout_seconds + 1)

    async def _send_all(self, session: aiohttp.ClientSession) -> None:
        plan = self._plan
        planned = requests(plan.operations, plan.seed, plan.run_id)
        for offset in arrivals(plan.rate_per_second, plan.seed, plan.arrivals):
            intended = plan.start_at + offset
            if not await self._due(intended):
                return
            self._send(session, next(planned), intended)

    def _send(
        self, session: aiohttp.ClientSession, request: PlannedRequest, intended: float
    ) -> None:
        self.offered += 1
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            self.unsent += 1
            return
        task = asyncio.get_running_loop().create_task(self._one(session, request, intended))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _send_extra(self, session: aiohttp.ClientSession) -> None:
        """What comes on top of the plan, evenly spread, while the factor is above 1."""
        plan = self._plan
        planned = requests(plan.operations, plan.seed + 1, plan.run_id, first=FIRST_EXTRA)
        due = time.monotonic()
        while True:
            if self.behaviour.factor <= 1:
                await asyncio.sleep(IDLE_SECONDS)
                due = time.monotonic()
                continue
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._send(session, next(planned), due)
            due += 1 / (plan.rate_per_second * (self.behaviour.factor - 1))

    async def _due(self, intended: float) -> bool:
        """Wait until ``intended``; False when sending ends before."""
        while True:
            if intended >= self._stop_at:
                return False
            wait = intended - time.monotonic()
            if wait <= 0:
                return True
            if self._stopped.is_set():
                await asyncio.sleep(wait)
                continue
            try:
                async with asyncio.timeout(wait):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def _asked(
        self, session: aiohttp.ClientSession, request: PlannedRequest
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return session.request(
            request.operation.method,
            self._plan.base_url + request.path,
            json=request.body,
            headers=request.headers,
            allow_redirects=False,  # following one would send a second request in secret
        )

    async def _one(
        self, session: aiohttp.ClientSession, request: PlannedRequest, intended: float
    ) -> None:
        sent = time.monotonic()
        self.lags.append(sent - intended)
        status, error, headers, text = None, None, {}, ""
        usual = self._plan.timeout_seconds
        patience = self.behaviour.patience(request.id, usual)
        try:
            async with asyncio.timeout(patience), self._asked(session, request) as answer:
                text = await answer.text(errors="replace")
                status, headers = answer.status, dict(answer.headers)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failure:
            impatient = patience < usual and isinstance(failure, TimeoutError)
            error = HUNG_UP if impatient else classified(failure)
        op = Op(
            id=request.id,
            name=request.operation.name,
            effect=request.operation.effect,
            key=request.key,
            intended=intended,
            sent=sent,
            done=time.monotonic(),
            outcome=outcome_of(status, error, self._plan.refused_statuses),
            status=status,
            error=error,
            content_type=headers.get("Content-Type"),
            retry_after=headers.get("Retry-After"),
            body="" if status is None or status < 300 else text[:BODY_KEPT],  # noqa: PLR2004 - HTTP's 2xx
        )
        self._on_op(op)
        again = reading(request, text, self._plan.seed) if op.good else None
        if again is not None and op.done < self._stop_at:
            self._send(session, again, op.done)


def classified(failure: BaseException) -> str:
    """The word for an operation that got no answer."""
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, aiohttp.ClientConnectorError):
        return "refused"
    if isinstance(failure, ConnectionError) or getattr(failure, "errno", None) in RESET:
        return "reset"
    if isinstance(failure, (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError)):
        return "disconnected"
    return f"other: {type(failure).__name__}"
