"""What Squall knows of an app: how to start it, what its callers ask, how to read the truth back.

The built-in profile is the reference app's; it is data, because the harness imports no subject.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.errors import UsageError
from harness.history.evidence import Contract
from harness.providers.app_log import UNHANDLED
from harness.workload.login import Login
from harness.workload.operations import DEFAULT_REFUSED, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """Where the app finds its database: the proxy in front of it."""

    user: str
    host: str
    port: int
    name: str
    password: str = "squall"  # noqa: S105 - the lab's server trusts everybody on loopback

    def parts(self) -> dict[str, str]:
        """The placeholders of templates with their values."""
        place = f"{self.user}:{self.password}@{self.host}:{self.port}/{self.name}"
        return {
            "url": f"postgresql://{self.user}@{self.host}:{self.port}/{self.name}",
            "asyncpg": f"postgresql+asyncpg://{place}",
            "psycopg": f"postgresql+psycopg://{place}",
            "psycopg2": f"postgresql+psycopg2://{place}",
            "user": self.user,
            "password": self.password,
            "host": self.host,
            "port": str(self.port),
            "name": self.name,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AppProfile:
    """One app under test."""

    name: str
    target: str
    """``package.module:app``, or a command line with ``{port}``."""
    factory: bool = False
    cwd: Path | None = None
    python: Path | None = None
    """Interpreter of the app's own environment, where uvicorn is; None: the one of Squall."""
    login: tuple[Login, ...] = ()
    """Requests that give the headers with which every derived operation is asked."""
    database_env: Mapping[str, str] = field(default_factory=lambda: {"DATABASE_URL": "{url}"})
    """Environment variables that tell the app where its database is. Placeholders: ``{url}``
    (postgresql://…), ``{user}``, ``{password}``, ``{host}``, ``{port}``, ``{name}``."""
    starts_without_database: bool = False
    """Whether the app may be started before its database: then everything starts at once."""
    setup: tuple[str, ...] = ()
    """Commands that run with the same environment before the app starts: migrations."""
    environment: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = "/readyz"
    live_path: str | None = None
    """What an orchestrator asks to know whether to restart the app; None: it has no such path."""
    has_readiness: bool = False
    """Whether ``ready_path`` is a probe that must tell the truth, not just any page."""
    metrics_path: str | None = None
    """Where the app tells its metrics in Prometheus' format; None: it is not asked."""
    gauges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which of its gauges reports draw. A gauge that stands for a state has the words for its
    values, from 0, which is the good one; an empty mapping means every gauge of the app's own."""
    unhandled_patterns: tuple[str, ...] = UNHANDLED
    """Regular expressions of log lines that tell of something nobody handled."""
    openapi_path: str = "/openapi.json"
    writes: bool = False
    """Whether operations that write may be derived from the OpenAPI document."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every derived operation: an authentication, for example."""
    operations: tuple[Operation, ...] = ()
    """What callers ask; empty: derived from the app's OpenAPI document."""
    contract: Contract
    refused_statuses: frozenset[int] = DEFAULT_REFUSED
    writes_query: str | None = None
    """SQL that gives key and number of rows, for every write that is there."""
    conserved_queries: Mapping[str, str] = field(default_factory=dict)
    """SQL that gives a total which must not change, by name."""

    def database_environment(self, database: DatabaseAddress) -> dict[str, str]:
        """The variables that tell the app where its database is.

        Raises:
            UsageError: a template has an unknown placeholder.
        """
        known = database.parts()
        filled = {}
        for name, template in self.database_env.items():
            try:
                filled[name] = template.format_map(known)
            except (KeyError, ValueError, IndexError) as error:
                places = ", ".join(f"{{{place}}}" for place in known)
                raise UsageError(
                    f"database environment {name}={template!r}: {error} is no placeholder;"
                    f" there are {places}"
                ) from None
        return filled

    def attached(self, *, log_known: bool) -> AppProfile:
        """The same app, when somebody else started it."""
        contract = dataclasses.replace(self.contract, log_known=log_known, process_known=False)
        return dataclasses.replace(self, contract=contract, setup=())

    def with_target(self, target: str, *, factory: bool) -> AppProfile:
        """The same promises and callers, another app: a broken copy, another pattern."""
        return dataclasses.replace(self, name=target, target=target, factory=factory)


STRANGER = Contract(
    deadline_seconds=3.0,
    error_statuses=frozenset({400, 401, 403, 404, 405, 409, 422, 429, 503, 504}),
    error_media_type="",
    retry_after_statuses=frozenset(),
    written_keys_declared=False,
    totals_declared=False,
)
"""What can be asked of an app that promised nothing: no 500, no cut connection, no leak of
internals, and an answer within three seconds."""

REFERENCE = AppProfile(
    name="reference",
    target="app_under_test.main:create_app",
    factory=True,
    live_path="/livez",
    has_readiness=True,
    metrics_path="/metrics",
    gauges={
        "orders_breaker_state": ("closed", "half-open", "open"),
        "orders_pool_open": (),
        "orders_pool_in_use": (),
        "orders_pool_waiting": (),
        "orders_outage_waiting": (),
        "orders_retry_budget_tokens": (),
    },
    starts_without_database=True,
    contract=Contract(deadline_seconds=1.0, most_sessions=21),  # a pool of 20, and one for probes
    operations=(
        Operation(name="read-item", method="GET", path="/items/{int:1..100}", effect="read"),
        Operation(
            name="place-order",
            method="POST",
            path="/orders",
            effect="idempotent-write",
            body={"item_id": "{int:1..100}", "quantity": "{int:1..3}"},
            headers={"Idempotency-Key": "{key}"},
            read_back="/orders/{answer.id}",
        ),
    ),
    writes_query="SELECT idempotency_key, count(*) FROM orders GROUP BY idempotency_key",
    conserved_queries={
        "stock + ordered": "SELECT (SELECT sum(stock) FROM items)"
        " + (SELECT coalesce(sum(quantity), 0) FROM orders)"
    },
)
