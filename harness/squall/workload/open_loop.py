"""The open loop: each request is sent at its time, whatever happened to the others.

Every request that is offered has exactly one record or counts as unsent, whatever the app answers
and whatever is raised: ``offered == recorded + unsent`` holds when a run has ended.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import ClientSession

from squall.history.op import FIRST_REPEAT, HUNG_UP, Op
from squall.workload.again import AskedAgain, one_after_another
from squall.workload.arrivals import arrivals
from squall.workload.attempts import classify_error, may_repeat, wait_before_retry
from squall.workload.beside import sent_beside
from squall.workload.client_behaviour import ClientBehaviour
from squall.workload.follow_ups import following as following_request
from squall.workload.held_bodies import HOLDERS
from squall.workload.http_exchange import client_session
from squall.workload.operations import PlannedRequest, requests, with_another_body
from squall.workload.pace import Pace, moments
from squall.workload.plan import LoadPlan
from squall.workload.read_back import read_back_request
from squall.workload.record import record_of
from squall.workload.rivals import rivals_of
from squall.workload.websockets import SocketPool

MAX_IN_FLIGHT = 500
"""Requests in flight at most. More count as unsent; they are never delayed."""

MAX_REPEATS = 8
MAX_RETRIES = 40
"""Of a client that sends again what failed: it goes on as long as it is told to come again."""
REPEAT_PAUSE_SECONDS = 0.3
UNAVAILABLE = 503
"""A client that is told to retry later does so, without waiting for the whole Retry-After."""


class OpenLoop:
    """Sends one plan."""

    def __init__(
        self,
        plan: LoadPlan,
        on_op: Callable[[Op], None],
        pace: Pace | None = None,
        on_stream: Callable[[], None] = lambda: None,
    ) -> None:
        """``on_op`` gets each record; ``on_stream`` is called for each that is held."""
        self._plan = plan
        self._pace = pace or Pace()
        self._on_op = on_op
        self._stop_at = plan.start_at + plan.max_seconds
        self._stopped = asyncio.Event()
        self._in_flight: set[asyncio.Task[Any]] = set()
        self._repeated: set[int] = set()
        self.unsent = 0
        self.offered = 0
        self.recorded = 0
        self.lags: list[float] = []
        self.behaviour = ClientBehaviour(plan.seed)
        self._held = [one(plan, self.behaviour, on_stream) for one in HOLDERS]
        self._sockets = SocketPool()
        self._again = AskedAgain(plan.operations)
        self._session: ClientSession | None = None

    def stop(self, at: float) -> None:
        """Send nothing with an intended start at ``at`` or later."""
        self._stop_at = min(self._stop_at, at)
        self._stopped.set()

    def ask_again(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        """Send these requests once more, as :func:`one_after_another` does."""
        sends = (lambda one=one: self._ask(one) for one in self._again.requests(wanted))
        self._track(one_after_another(sends))

    def _ask(self, request: PlannedRequest) -> asyncio.Task[Any] | None:
        if self._session is None or (now := time.monotonic()) >= self._stop_at:
            return None
        return self._send(self._session, request, now)

    async def run(self) -> None:
        """Send until stopped, then wait for requests in flight, as long as clients would."""
        async with client_session(self._plan.timeout_seconds, route=self._plan.route) as session:
            loop, self._session = asyncio.get_running_loop(), session
            beyond = sent_beside(self._plan, self._pace.allows, self.behaviour)
            works = (
                *(self._send_beside(session, planned, times) for planned, times in beyond),
                *(holder.run() for holder in self._held),
            )
            beside = [loop.create_task(work) for work in works]
            await self._send_all(session)
            self._session = None
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._last_answers()
            await self._sockets.close()

    async def _last_answers(self) -> None:
        """Wait for requests in flight, and for those that follow them meanwhile."""
        ends = time.monotonic() + self._plan.timeout_seconds + 1
        while self._in_flight and (left := ends - time.monotonic()) > 0:
            await asyncio.wait(self._in_flight, timeout=left)
        late = set(self._in_flight)
        for task in late:
            task.cancel()  # each records itself as a time-out
        await asyncio.gather(*late, return_exceptions=True)

    async def _send_all(self, session: ClientSession) -> None:
        plan, allows = self._plan, self._pace.allows
        planned = requests(plan.operations, plan.seed, plan.run_id, allows=allows)
        offsets = arrivals(plan.rate_per_second, plan.seed, plan.arrivals)
        for number, offset in enumerate(offsets):
            if not plan.owns(number):
                next(planned)  # another part's: it is drawn here, too, and not waited for
                continue
            if not await self._due(intended := plan.start_at + offset):
                return
            self._send(session, next(planned), intended)

    def _send(
        self, session: ClientSession, request: PlannedRequest, intended: float
    ) -> asyncio.Task[Any] | None:
        self.offered += 1
        if len(self._in_flight) >= MAX_IN_FLIGHT:
            self.unsent += 1
            return None
        task = self._track(self._one_or_more(session, request, intended))
        if self.behaviour.repeat_rivals:
            self._send_rivals(session, request)
        elif may_repeat(request) and self.behaviour.repeats(request.id):
            self._repeated.add(request.id)
            due = time.monotonic() + self.behaviour.repeat_seconds
            other = self.behaviour.repeat_another_body
            again = with_another_body(request) if other else request
            self._track(self._repeat(session, again, due))
        return task

    def _send_rivals(self, session: ClientSession, request: PlannedRequest) -> None:
        """Requests of others for the same thing, while this one is under way."""
        if self.behaviour.repeats(request.id):
            due = time.monotonic() + self.behaviour.repeat_seconds
            for other in rivals_of(request, self._plan.operations):
                self._track(self._rival(session, other, due))

    async def _rival(self, session: ClientSession, request: PlannedRequest, due: float) -> None:
        if await self._due(due):
            self.offered += 1
            await self._one(session, request, due)

    def _track(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        return task

    async def _one_or_more(
        self, session: ClientSession, request: PlannedRequest, intended: float
    ) -> None:
        """Send a request; a write that fails again, if its client is one that retries."""
        op = await self._one(session, request, intended)
        self._again.note(request, op)
        if may_repeat(request) and op.may_pass and self.behaviour.retries(request.id):
            pause = wait_before_retry(op, self.behaviour.retry_seconds)
            await self._repeat(session, request, op.done + pause, retries=True)

    async def _repeat(
        self, session: ClientSession, request: PlannedRequest, due: float, *,
        retries: bool = False,
    ) -> None:  # fmt: skip
        """Repeat a write with its key until an answer comes; to retry, until a final one does."""
        for attempt in range(1, (MAX_RETRIES if retries else MAX_REPEATS) + 1):
            if not await self._due(due):
                return
            self.offered += 1
            number = attempt * FIRST_REPEAT + request.id
            op = await self._one(session, replace(request, id=number), due)
            if not (op.may_pass if retries else op.status in (None, UNAVAILABLE)):
                return
            due = time.monotonic() + REPEAT_PAUSE_SECONDS

    async def _send_beside(
        self,
        session: ClientSession,
        planned: Iterator[PlannedRequest | None],
        times: Callable[[], float],
    ) -> None:
        """Send requests beyond the plan, ``times`` as many, while that is above 0."""
        async for due in moments(self._plan.rate_per_second, times):
            request = next(planned)
            if request is not None and self._plan.owns(request.id):
                self._send(session, request, due)

    async def _due(self, intended: float) -> bool:
        """Wait until ``intended``. False if sending ends before."""
        while intended < self._stop_at:
            if (wait := intended - time.monotonic()) <= 0:
                return True
            if self._stopped.is_set():
                await asyncio.sleep(wait)
                continue
            try:
                async with asyncio.timeout(wait):
                    await self._stopped.wait()
            except TimeoutError:
                continue
        return False

    async def _one(self, session: ClientSession, request: PlannedRequest, intended: float) -> Op:
        sent = time.monotonic()
        self.lags.append(sent - intended)
        answer, error = None, "timeout"
        usual = self._plan.timeout_seconds
        patience = self.behaviour.patience(request.id, usual)
        try:
            async with asyncio.timeout(patience):
                answer = await self._sockets.exchange(session, self._plan.base_url, request)
        except Exception as failure:  # noqa: BLE001 - each request has its record
            impatient = patience < usual and isinstance(failure, TimeoutError)
            error = HUNG_UP if impatient else classify_error(failure)
        finally:
            op = record_of(request, answer, error, (intended, sent), self._plan)
            self.recorded += 1
            self._on_op(op)
        if answer is not None and op.good and op.repeats is None and op.done < self._stop_at:
            await self._send_after(session, request, answer.text, op.done)
        return op

    async def _send_after(
        self, session: ClientSession, request: PlannedRequest, text: str, done: float
    ) -> None:
        """Send what an answer leads to: the read of its item at once, what follows once its item
        is known. A look for that item takes its time, which is not a lag of the generator.
        """
        # A repeated write is not deleted: it would rightly be created a second time.
        if request.id in self._repeated:
            return
        if (read_back := read_back_request(request, text, self._plan.seed)) is not None:
            self._send(session, read_back, done)
        if (following := await following_request(session, self._plan, request, text)) is not None:
            self._send(session, following, time.monotonic())
