"""Send one request at a time, and keep what the client received."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from squall.history.op import Op, Outcome
from squall.history.shape import describe_body, describe_texts
from squall.workload import http_exchange
from squall.workload.attempts import classify_error
from squall.workload.operations import Operation, PlannedRequest, outcome_of, requests

PATIENCE_FACTOR = 2.0
"""A client waits for this many deadlines before it gives up, so that late answers have a time."""

MAX_BODY = 20_000
"""Maximum number of bytes of a body that are kept. Answers are compared by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedAnswer:
    """The answer. With ``status`` None there was none, for the reason in ``error``."""

    request: PlannedRequest
    status: int | None
    error: str | None
    headers: Mapping[str, str]
    text: str
    sent: float
    done: float
    outcome: Outcome

    @property
    def seconds(self) -> float:
        """Time until the answer was complete."""
        return self.done - self.sent

    @property
    def good(self) -> bool:
        """Whether it was a success."""
        return self.status is not None and self.status < 300  # noqa: PLR2004 - HTTP's 2xx

    @property
    def value(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def as_op(self) -> Op:
        """The same as an operation for gates."""
        shape, operation = self._shape(), self.request.operation
        return Op(
            id=self.request.id,
            name=operation.name,
            effect=self.request.operation.effect,
            key=self.request.key,
            intended=self.sent,
            sent=self.sent,
            done=self.done,
            outcome=self.outcome,
            status=self.status,
            error=self.error,
            content_type=self.headers.get("content-type"),
            retry_after=self.headers.get("retry-after"),
            body="" if self.good else self.text[:2000],
            request=f"{operation.method} {self.request.path}",
            size=len(self.text),
            shape=shape,
            texts=describe_texts(self.text) if shape and operation.effect == "read" else "",
        )

    def _shape(self) -> str:
        if not self.good or len(self.text) >= MAX_BODY:
            return ""
        return describe_body(self.text, self.headers.get("content-type"))


def no_answer(request: PlannedRequest) -> ReceivedAnswer:
    """The answer of a client that disconnected."""
    now = time.monotonic()
    return ReceivedAnswer(
        request=request,
        status=None,
        error="hung-up",
        headers={},
        text="",
        sent=now,
        done=now,
        outcome=Outcome.UNKNOWN,
    )


class Client:
    """Clients of the app. Each request has a connection of its own: servers close one on which a
    request failed, and the next request would be blamed for it.
    """

    def __init__(self, base_url: str, refused: frozenset[int], patience: float) -> None:
        self._base_url = base_url
        self._refused = refused
        self.patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the session."""
        self._session = http_exchange.client_session(self.patience, fresh=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def send(self, request: PlannedRequest) -> ReceivedAnswer:
        """Send it and wait. Never raises because of the app."""
        if self._session is None:
            raise RuntimeError("the client is not open")
        sent = time.monotonic()
        status, error, text = None, None, ""
        headers: Mapping[str, str] = {}
        try:
            async with asyncio.timeout(self.patience):
                answer = await http_exchange.exchange(
                    self._session,
                    request.operation.method,
                    self._base_url + request.path,
                    headers=request.headers,
                    body=request.body,
                    media=request.operation.media,
                    stream_seconds=request.operation.stream_seconds,
                    keep=MAX_BODY,
                )
            text, status, headers = answer.text, answer.status, answer.headers
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failure:
            error = classify_error(failure)
        return ReceivedAnswer(
            request=request,
            status=status,
            error=error,
            headers=headers,
            text=text,
            sent=sent,
            done=time.monotonic(),
            outcome=outcome_of(status, error, self._refused),
        )

    async def probe(self, path: str) -> tuple[int | None, float]:
        """Status of a GET, and its duration."""
        operation = Operation(name="probe", method="GET", path=path, effect="read")
        answer = await self.send(next(requests((operation,), 0, "probe")))
        return answer.status, answer.seconds
