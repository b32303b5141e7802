"""Around every request: its id, its deadline, its time, and a line in the log when it failed.

Here, too, is the outermost limit: more requests at once than could be served by their deadlines
are refused before anything is spent on them. Health is asked especially then, and is let through.

A plain ASGI middleware: the kind with ``call_next`` costs a task for each request and cuts
context variables off.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from squall_reference.errors import Overloaded
from squall_reference.observability import logs
from squall_reference.observability.metrics import Metrics
from squall_reference.problems import problem
from squall_reference.resilience.deadline import HEADER, current, deadline_in, seconds_wanted

REQUEST_ID = b"x-request-id"
ACCEPTABLE = re.compile(rb"[\w.-]{1,100}", re.ASCII)
UNKNOWN_ROUTE = "-"
HEALTH = frozenset({"/livez", "/readyz", "/startupz", "/metrics"})
SERVER_ERROR = 500

log = structlog.get_logger("orders")


class RequestContext:
    """See the module.

    Args:
        app: what it is around.
        deadline_seconds: the most that a request may take.
        most_in_flight: requests at once.
        metrics: counts every answer.
        now: the clock, in seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        deadline_seconds: float,
        most_in_flight: int,
        metrics: Metrics,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._most_seconds = deadline_seconds
        self._most_in_flight = most_in_flight
        self._metrics = metrics
        self._now = now
        self._sampler = logs.LogSampler(now)
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = dict(scope["headers"])
        request_id = _acceptable(headers.get(REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        status, began = SERVER_ERROR, self._now()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id)]
            await send(message)

        token = logs.request_id.set(request_id.decode())
        self._in_flight += 1
        try:
            await self._served(scope, receive, sending, headers.get(HEADER.encode()))
        finally:
            self._in_flight -= 1
            self._answered(scope, status, self._now() - began)
            logs.request_id.reset(token)

    async def _served(
        self, scope: Scope, receive: Receive, send: Send, header: bytes | None
    ) -> None:
        request_id = scope["state"]["request_id"]
        if self._in_flight > self._most_in_flight and scope["path"] not in HEALTH:
            answer = problem(503, Overloaded.title, Overloaded.detail, request_id)
            await answer(scope, receive, send)
            return
        try:
            seconds = seconds_wanted(header, self._most_seconds)
        except ValueError:
            detail = f"{HEADER} must be a positive number of seconds."
            answer = problem(400, "Bad request", detail, request_id)
            await answer(scope, receive, send)
            return
        token = current.set(deadline_in(seconds))
        try:
            await self._app(scope, receive, send)
        finally:
            current.reset(token)

    def _answered(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
        method = scope["method"] if route != UNKNOWN_ROUTE else UNKNOWN_ROUTE
        self._metrics.answered(method, route, status, seconds)
        if status >= SERVER_ERROR:
            more = self._sampler.due(f"{status} {route}")
            if more is not None:
                log.warning(
                    "request failed",
                    method=method,
                    route=route,
                    status=status,
                    seconds=round(seconds, 4),
                    more_since_last=more,
                )


def _acceptable(given: bytes | None) -> bytes:
    """The caller's request id, or one of our own when it is not fit for a log."""
    return given if given and ACCEPTABLE.fullmatch(given) else uuid4().hex.encode()
