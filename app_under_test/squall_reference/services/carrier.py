"""The carrier: an HTTP service of somebody else that knows prices and takes parcels.

    GET  /prices/{number}                       ──▶ {"price": 1250, "currency": "EUR"}
    POST /parcels   Idempotency-Key: (ours)     ──▶ {"label": "EX-1"}

Each attempt ends after a part of the request's time, wherever it hangs: a limit for each read would
let a trickle go on for ever. Around it are the policies that stand around the database, with a
budget and a circuit of their own. Whatever it answers is checked before it is believed. Its status
is never the status of our answer: a 401 is about our credentials, not about the caller's.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from squall_reference.errors import (
    CarrierAway,
    CarrierBusy,
    CarrierRefused,
    CarrierUnknown,
    CircuitOpen,
    DeadlineExceeded,
    Overloaded,
)
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.resilience.circuit_breaker import CircuitBreaker
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard
from squall_reference.resilience.retry import RetryPolicy
from squall_reference.resilience.timeouts import Timeouts
from squall_reference.resilience.waiting_room import WaitingRoom

if TYPE_CHECKING:
    import httpx2

ATTEMPTS = 2
ATTEMPT_SHARE = 0.25
"""Of a request's time, for each attempt; both leave time for the database."""
SHARE = 0.6
"""Of the time that is left."""
MOST_CONNECTIONS = 20
LONGEST_PAUSE = 60.0
ASKS_FOR_A_PAUSE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

M = TypeVar("M", bound=BaseModel)
Lost = type[CarrierAway | CarrierUnknown]
"""What it means that there is no answer: a read did nothing, a parcel may come."""


class Price(BaseModel):
    """What the carrier wants for an item, in the currency's smallest unit."""

    price: int = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Label(BaseModel):
    """What is stuck on a parcel."""

    label: str = Field(min_length=1, max_length=100)


class Carrier:
    """The only place that speaks to it.

    Args:
        client: with a bounded pool.
        limits: the layers of time-outs.
        now: the clock, in seconds.
    """

    def __init__(
        self, client: httpx2.AsyncClient, limits: Timeouts, now: Callable[[], float]
    ) -> None:
        self._client = client
        self._limits = limits
        self._attempt_seconds = ATTEMPT_SHARE * limits.deadline
        self._now = now
        self._not_before = 0.0
        self.guard = Guard(
            retry=replace(RetryPolicy(), attempts=ATTEMPTS, least_work=limits.least_work),
            room=WaitingRoom(
                CircuitBreaker(now),
                patience=limits.connect,
                places=MOST_CONNECTIONS,
                work_seconds=self._attempt_seconds / 2,
            ),
            bulkhead=Bulkhead(
                running=MOST_CONNECTIONS, queued=MOST_CONNECTIONS, wait_seconds=limits.connect
            ),
        )

    async def price(self, number: int, deadline: Deadline, *, patient: bool) -> Price:
        """The price of an item; CarrierAway, CarrierBusy or CarrierRefused."""
        return await self._guarded(
            lambda: self._asked(Price, "GET", f"/prices/{number}"), deadline, CarrierAway, patient
        )

    async def send(self, body: dict[str, Any], key: str, deadline: Deadline) -> Label:
        """Have a parcel fetched. The key is the caller's, so that each repeat finds the first.

        Raises:
            CarrierUnknown: it may come; else as for a price, and nothing happened.
        """
        headers = {"Idempotency-Key": key}
        return await self._guarded(
            lambda: self._asked(Label, "POST", "/parcels", json=body, headers=headers),
            deadline,
            CarrierUnknown,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _guarded(
        self,
        attempt: Callable[[], Awaitable[M]],
        deadline: Deadline,
        lost: Lost,
        patient: bool = True,  # noqa: FBT001, FBT002 - private
    ) -> M:
        """In a part of the request's time, because there is work to do with the answer."""
        part = Deadline(self._now() + SHARE * max(0.0, deadline.remaining()), self._now)
        try:
            return await self.guard.run(
                attempt, part, lambda: None, idempotent=True, patient=patient
            )
        except (CircuitOpen, Overloaded) as error:
            raise CarrierAway from error
        except DeadlineExceeded as error:
            raise lost from error

    async def _asked(self, model: type[M], method: str, path: str, **more: Any) -> M:  # noqa: ANN401 - the client's
        import httpx2  # noqa: PLC0415 - an optional extra

        pause = self._not_before - self._now()
        if pause > 0:
            raise CarrierBusy(pause)
        lost: Lost = CarrierAway if method == "GET" else CarrierUnknown
        try:
            async with asyncio.timeout(self._attempt_seconds):
                answer = await self._client.request(method, path, **more)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise CarrierAway from error  # it was never sent
        except (httpx2.HTTPError, TimeoutError) as error:
            raise lost from error
        return self._believed(model, answer, lost)

    def _believed(self, model: type[M], answer: httpx2.Response, lost: Lost) -> M:
        status = answer.status_code
        if status in ASKS_FOR_A_PAUSE:
            pause = _pause_of(answer)
            if pause is None:
                raise CarrierAway
            self._not_before = self._now() + pause
            raise CarrierBusy(pause)
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise CarrierRefused
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise lost
        try:
            return model.model_validate_json(answer.content)
        except ValidationError as error:
            raise lost from error


def _pause_of(answer: httpx2.Response) -> float | None:
    """Seconds of a Retry-After, a number or a date (RFC 9110, 10.2.3), by the carrier's clock."""
    header = answer.headers.get("Retry-After", "")
    try:
        seconds = float(header)
    except ValueError:
        try:
            then, now = map(parsedate_to_datetime, (header, answer.headers.get("Date", "")))
            seconds = (then - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(LONGEST_PAUSE, max(0.0, seconds)) if math.isfinite(seconds) else None


def client(url: str, seconds: float) -> httpx2.AsyncClient:
    """A bounded pool; ``seconds`` is for each connect, write and read."""
    import httpx2  # noqa: PLC0415 - an optional extra

    limits = httpx2.Limits(
        max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS
    )
    return httpx2.AsyncClient(base_url=url, timeout=seconds, limits=limits)


def connect(url: str, limits: Timeouts, now: Callable[[], float]) -> Carrier:
    """A carrier at this address; nothing is connected yet."""
    return Carrier(client(url, ATTEMPT_SHARE * limits.deadline), limits, now)
