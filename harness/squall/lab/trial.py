"""Send each operation alone, without a fault: is it answered, how long does it take, and does it
reach the database?

    idle ─▶ statements of nothing (background work)
    ask three times ─▶ statements of each ─▶ OperationProfile
    after each ─▶ does the client still have its rights?
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from squall_faults.ports import Traffic

from squall.history.coverage import OperationProfile
from squall.lab.app_client import AppClient, NoAnswer, redirects
from squall.workload.http_exchange import Answer
from squall.workload.operations import WEBSOCKET, Operation, PlannedRequest, requests

TRIES = 3
IDLE_SECONDS = 0.1
SETTLE_SECONDS = 0.03
"""Statements that the app sends this soon after its answer still count for the operation."""

RIGHTS = (401, 403)
RATE_LIMITED = 429
ENDS_RIGHTS = "takes the client's rights away: the load would end itself"

TrafficSource = Callable[[], Awaitable[Traffic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """The result of three requests of one operation."""

    reason: str = ""
    """Why the load cannot use it; empty if it can."""
    statements: float | None = None
    seconds: float | None = None
    note: str = ""
    texts: tuple[str, ...] = ()
    """The bodies of its successful answers."""
    wait_seconds: float = 0.0
    """Minimum time between two requests that the app allows; 0 means no limit."""
    status: int | None = None
    """Status of the answer that is the reason."""
    unfilled: bool = False
    """Whether it was not sent, since a parameter had no value."""
    streams: bool = False
    """Its answers have no end."""

    @property
    def replies(self) -> bool:
        """Whether a websocket answered each message."""
        return self.streams and bool(self.texts) and all(self.texts)

    def profile_of(self, operation: Operation, title: str) -> OperationProfile:
        """What the coverage says of the operation, under its title in the document."""
        return OperationProfile(
            operation=title,
            name=operation.name,
            effect=operation.effect,
            statements=self.statements,
            median_seconds=self.seconds,
            note=self.reason or self.note,
        )


@dataclass(slots=True)
class _Seen:
    """The results of one operation so far."""

    statements: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    streams: bool = False

    def result(self, *, reason: str = "", note: str = "", wait_seconds: float = 0.0) -> TrialResult:
        return TrialResult(
            reason=reason,
            note=note,
            wait_seconds=wait_seconds,
            statements=statistics.median(self.statements) if self.statements else None,
            seconds=statistics.median(self.seconds) if self.seconds else None,
            texts=tuple(self.texts),
            streams=self.streams,
        )

    def limited(self, answer: Answer, allowed: int) -> TrialResult:
        note = f"rate-limited: 429 after {allowed} requests"
        return self.result(note=note, wait_seconds=allowed_interval(answer.headers, allowed))


@dataclass(slots=True)
class Trial:
    """Tries operations, one after the other."""

    client: AppClient
    traffic: TrafficSource
    seed: int
    run_id: str
    deadline_seconds: float
    background: float = 0.0
    """Statements per second that the app sends without a request."""
    canary: Operation | None = None
    """A read that needs authentication. It shows whether an operation removed the client's
    access.
    """
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def measure_idle(self) -> None:
        """Measure the statements that the idle app sends."""
        before = (await self.traffic()).statements
        await asyncio.sleep(IDLE_SECONDS)
        after = (await self.traffic()).statements
        if before is not None and after is not None:
            self.background = (after - before) / IDLE_SECONDS

    async def ask(self, operation: Operation) -> TrialResult:
        """Send the operation three times."""
        sequence = requests([operation], self.seed, f"{self.run_id}-{next(self._numbers)}")
        seen = _Seen()
        for number, request in enumerate(itertools.islice(sequence, TRIES)):
            before, began = await self.traffic(), time.monotonic()
            try:
                answer = await self._send(operation, request)
            except (NoAnswer, ValueError) as error:
                return TrialResult(reason=f"{error} without a fault")
            seen.seconds.append(time.monotonic() - began)
            if answer.status == RATE_LIMITED and number:
                return seen.limited(answer, number)
            if number and answer.status in RIGHTS:
                return TrialResult(reason=ENDS_RIGHTS, status=answer.status)
            if reason := refusal(answer):
                return TrialResult(reason=reason, status=answer.status)
            seen.texts.append(answer.text)
            seen.streams = answer.stream and not answer.ended
            seen.statements += await self._sent(before, began)
        note = "a stream: read for a moment, then left" if answer.stream else ""
        note = "a websocket" if operation.method == WEBSOCKET else note
        return seen.result(reason=self._slow(seen.seconds), note=note)

    def drawn(self, operation: Operation, count: int) -> list[PlannedRequest]:
        """Draw this many requests of the operation."""
        sequence = requests([operation], self.seed, f"{self.run_id}-{next(self._numbers)}")
        return list(itertools.islice(sequence, count))

    async def probe(self, operation: Operation, request: PlannedRequest) -> TrialResult:
        """Send one request, to see whether the load would get a success from it."""
        try:
            answer = await self._send(operation, request)
        except (NoAnswer, ValueError) as error:
            return TrialResult(reason=f"{error} without a fault")
        reason = refusal(answer)
        return TrialResult(reason=reason, status=answer.status, texts=(answer.text,))

    async def ask_once(self, operation: Operation, request: PlannedRequest) -> TrialResult:
        """Send and measure one request."""
        before, began = await self.traffic(), time.monotonic()
        result = await self.probe(operation, request)
        seconds = time.monotonic() - began
        sent = await self._sent(before, began)
        statements = sent[0] if sent else None
        return dataclasses.replace(result, statements=statements, seconds=seconds)

    async def _send(self, operation: Operation, request: PlannedRequest) -> Answer:
        return await self.client.send(
            operation.method,
            request.path,
            headers=request.headers,
            body=request.body,
            media=operation.media,
        )

    def _slow(self, seconds: list[float]) -> str:
        usual = statistics.median(seconds)
        if usual <= self.deadline_seconds / 2:
            return ""
        return f"takes {usual:.1f} s without a fault, of a deadline of {self.deadline_seconds:g} s"

    async def _sent(self, before: Traffic, began: float) -> list[float]:
        """Statements since then; empty if they cannot be told from what the app sends anyway."""
        now = await self.traffic()
        if now.statements is None or before.statements is None:
            return []
        if now.statements == before.statements:
            await asyncio.sleep(SETTLE_SECONDS)
            now = await self.traffic()
        sent = (now.statements or 0) - before.statements
        expected = self.background * (time.monotonic() - began)
        return [float(sent)] if sent > 2 * expected or not sent else []

    async def canary_status(self) -> int | None:
        """The status of the canary now; None without one, or without an answer."""
        if self.canary is None:
            return None
        request = next(requests([self.canary], self.seed, f"{self.run_id}-canary"))
        try:
            answer = await self.client.send("GET", request.path, headers=request.headers)
        except NoAnswer:
            return None
        return answer.status

    async def canary_of(self, operation: Operation) -> Operation | None:
        """The operation, if it is refused without the client's credentials."""
        if self.client.is_anonymous:
            return None
        anonymous = dataclasses.replace(self.client, headers={}, cookies={})
        other = dataclasses.replace(self, client=anonymous, canary=operation)
        return operation if await other.canary_status() in RIGHTS else None


def refusal(answer: Answer) -> str:
    """Why an answer without a fault excludes the operation from the load; empty if it does not."""
    if answer.status in RIGHTS:
        return f"{answer.status}: it needs credentials (--header or [[tool.squall.login]])"
    if answer.status == RATE_LIMITED:
        return "429 at once: it is rate-limited"
    if answer.status >= 500:  # noqa: PLR2004 - HTTP's 5xx
        return f"fails without a fault: {answer.status}"
    if redirects(answer):
        return f"{answer.status}: it redirects"
    if not answer.ok:
        return f"{answer.status} without a fault"
    return "" if answer.whole else "its answer is larger than 1 MiB"


MAX_WAIT_SECONDS = 3600.0
DEFAULT_WAIT_SECONDS = 60.0


def allowed_interval(headers: Mapping[str, str], allowed: int) -> float:
    """Seconds between two requests of an operation with this rate limit."""
    given = headers.get("retry-after", "")
    window = float(given) if given.isascii() and given.isdigit() else DEFAULT_WAIT_SECONDS
    return min(max(window, 1.0), MAX_WAIT_SECONDS) / max(allowed, 1) * 1.2
