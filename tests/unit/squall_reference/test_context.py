"""Around every request: the outermost limit lets health through, and traces need their extra."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from fastapi import FastAPI
from squall_reference.observability import tracing
from squall_reference.observability.context import RequestContext
from squall_reference.observability.metrics import Metrics


async def call(middleware: RequestContext, path: str) -> dict[str, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nobody reads the body")

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    await middleware(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return {"status": sent[0]["status"], **headers}


async def test_more_at_once_than_can_be_served_is_refused_before_any_work() -> None:
    nested: list[dict[str, Any]] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["path"] == "/outer":  # while this one runs, two are in flight
            nested.append(await call(middleware, "/orders"))
            nested.append(await call(middleware, "/livez"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    middleware = RequestContext(app, deadline_seconds=1, most_in_flight=1, metrics=Metrics())
    outer = await call(middleware, "/outer")
    assert [one["status"] for one in (outer, *nested)] == [200, 503, 200]
    refused = nested[0]
    assert refused["content-type"] == "application/problem+json"
    assert refused["retry-after"] == "1"
    assert (await call(middleware, "/orders"))["status"] == 200


async def test_a_failing_app_is_counted_and_gives_its_place_back() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise KeyError

    metrics = Metrics()
    middleware = RequestContext(app, deadline_seconds=1, most_in_flight=1, metrics=metrics)
    for _ in range(3):
        with pytest.raises(KeyError):
            await call(middleware, "/orders")
    labels = {"method": "-", "route": "-", "status": "500"}
    assert metrics.registry.get_sample_value("orders_requests_total", labels) == 3


@pytest.mark.skipif(
    importlib.util.find_spec("opentelemetry") is not None
    and importlib.util.find_spec("opentelemetry.instrumentation") is not None,
    reason="OpenTelemetry's instrumentation is installed",
)
def test_traces_without_the_extra_say_what_to_install() -> None:
    engine: Any = None
    with pytest.raises(RuntimeError, match=r"pip install 'squall\[app,otel\]'"):
        tracing.install(FastAPI(), engine)
