"""Around every request: its id, its deadline, its time, and a line in the log when it failed.

A plain ASGI middleware: the kind with ``call_next`` costs a task for each request and cuts
context variables off.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app_under_test.observability.logs import Sampler
from app_under_test.observability.metrics import Metrics
from app_under_test.problems import problem
from app_under_test.resilience.deadline import HEADER, current, deadline_in, seconds_wanted

REQUEST_ID = "x-request-id"
ACCEPTABLE = re.compile(r"[\w.-]{1,100}", re.ASCII)
UNKNOWN_ROUTE = "-"
SERVER_ERROR = 500

log = structlog.get_logger("orders")


class RequestContext:
    """See the module."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        deadline_seconds: float,
        metrics: Metrics,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._most = deadline_seconds
        self._metrics = metrics
        self._now = now
        self._sampler = Sampler(now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID)
        request_id = given if given and ACCEPTABLE.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status, began = SERVER_ERROR, self._now()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._timed(scope, receive, sending, headers.get(HEADER))
            finally:
                self._answered(scope, status, self._now() - began)

    async def _timed(self, scope: Scope, receive: Receive, send: Send, header: str | None) -> None:
        try:
            seconds = seconds_wanted(header, self._most)
        except ValueError:
            detail = f"{HEADER} must be a positive number of seconds."
            answer = problem(400, "Bad request", detail, scope["state"]["request_id"])
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
