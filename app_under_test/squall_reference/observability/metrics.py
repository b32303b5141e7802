"""Metrics in Prometheus' format. Policies count in plain integers; they are read at the scrape."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncEngine

from squall_reference.resilience.guard import Guard
from squall_reference.resilience.last_known_good import LastKnownGood

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """Of one process; a registry of its own, so that tests can have several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("orders_requests", "Answers", labels, registry=self.registry)
        self._seconds = Histogram(
            "orders_request_seconds",
            "Time to answer",
            ("route",),
            registry=self.registry,
            buckets=SECONDS,
        )
        self._query_seconds = Histogram(
            "orders_query_seconds", "Time of a statement", registry=self.registry, buckets=SECONDS
        )
        self._errors = Counter(
            "orders_errors",
            "Errors by kind and SQLSTATE",
            ("kind", "sqlstate"),
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request got its answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def failed(self, kind: str, sqlstate: str | None) -> None:
        """A request ended with an error of the service."""
        self._errors.labels(kind, sqlstate or "").inc()

    def queried(self, seconds: float) -> None:
        """A statement was answered."""
        self._query_seconds.observe(seconds)

    def watch(self, engine: AsyncEngine, guard: Guard, copies: LastKnownGood[object]) -> None:
        """Read pool and policies at each scrape."""
        self.registry.register(_Policies(engine, guard, copies))


class _Policies(Collector):
    def __init__(self, engine: AsyncEngine, guard: Guard, copies: LastKnownGood[object]) -> None:
        self._engine = engine
        self._guard = guard
        self._copies = copies

    def collect(self) -> Iterator[Metric]:
        """Gauges are what is, counters what was since the start."""
        pool, guard = self._engine.pool, self._guard
        budget, breaker = guard.retry.budget, guard.room.breaker
        gauges = {
            "pool_size": ("Connections that the pool may have", pool.size()),  # type: ignore[attr-defined]
            "pool_open": ("Connections that it has", pool.checkedin() + pool.checkedout()),  # type: ignore[attr-defined]
            "pool_in_use": ("Connections in use", pool.checkedout()),  # type: ignore[attr-defined]
            "pool_waiting": ("Callers that wait for a connection", guard.bulkhead.waiting),
            "outage_waiting": ("Callers that wait for the end of a blip", guard.room.waiting),
            "retry_budget_tokens": ("Repeats that may be made now", budget.tokens),
            "breaker_state": ("0 closed, 1 half-open, 2 open", breaker.state.value),
            "abandoned_tasks": ("Work whose caller was answered already", guard.abandoned.running),
        }
        counters = {
            "retries": ("Repeats made", budget.spent),
            "retries_refused": ("Repeats that the budget refused", budget.refused),
            "breaker_opened": ("Times that the circuit opened", breaker.opened),
            "breaker_refused": ("Attempts refused in a known outage", guard.room.refused),
            "shed": ("Attempts refused because queue or wait were full", guard.bulkhead.shed),
            "deadline_exceeded": ("Requests whose time ended", guard.abandoned.exceeded),
            "stale_answers": ("Answers from the catalogue's copy", self._copies.recalled),
        }
        for name, (told, value) in gauges.items():
            yield GaugeMetricFamily(f"orders_{name}", told, value=value)
        for name, (told, value) in counters.items():
            yield CounterMetricFamily(f"orders_{name}", told, value=value)
