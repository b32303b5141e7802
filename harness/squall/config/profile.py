"""The profile of an app: how to start it, what its clients request, how to read its final state.

The built-in profile describes the reference app. It is data: the harness imports no app.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from squall.config.dependencies import AppWorker, Dependency
from squall.core.errors import UsageError
from squall.history.evidence import Contract
from squall.workload.login import Login
from squall.workload.operations import DEFAULT_REFUSED, Operation

UNHANDLED = (
    r"Exception in ASGI application",
    r"exception was never retrieved",
    r"Task was destroyed but it is pending",
    r"coroutine '.*' was never awaited",
    r"garbage collector is trying to clean up",
    r"Unclosed (connection|client session)",
    r"Application shutdown failed",
    r"Resetting connection with an active transaction",
)
"""Phrases with which uvicorn, asyncio, SQLAlchemy, asyncpg and aiohttp log unhandled errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """Where the app finds its database: the address of the proxy in front of it."""

    user: str
    host: str
    port: int
    name: str
    password: str = field(repr=False)

    def parts(self) -> dict[str, str]:
        """The placeholders of templates with their values."""
        place = f"{self.user}:{self.password}@{self.host}:{self.port}/{self.name}"
        return {
            "url": f"postgresql://{place}",
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
    app: str
    """``package.module:app``, or a command line with ``{port}``."""
    factory: bool = False
    cwd: Path | None = None
    python: Path | None = None
    """Interpreter of the app's environment, which has the server; None for Squall's own."""
    module_folders: tuple[Path, ...] = ()
    """Directories that come first on the module path: those of another commit's checkout."""
    login: tuple[Login, ...] = ()
    """Login requests. They give the headers that are sent with every derived operation."""
    database_env: Mapping[str, str] = field(default_factory=lambda: {"DATABASE_URL": "{url}"})
    """Environment variables with the address of the app's database. Placeholders: ``{url}``
    (postgresql://…), ``{user}``, ``{password}``, ``{host}``, ``{port}``, ``{name}``.
    """
    database: Mapping[str, str] = field(default_factory=dict)
    """Parts hard-coded in the app's source: ``user``, ``password``, ``name``, ``port``."""
    starts_without_database: bool = False
    """Whether the app may start before its database. If so, everything starts at once."""
    setup: tuple[str, ...] = ()
    """Commands that run with the same environment before the app starts, such as migrations. A name
    that ends with ``.sql`` is a file: psql runs it as the lab's administrator.
    """
    seed: tuple[str, ...] = ()
    """The same after the app has started: rows for tables that it creates at start-up, users."""
    environment: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[Dependency, ...] = ()
    """Servers other than PostgreSQL that the lab starts, each behind its own proxy."""
    processes: tuple[AppWorker, ...] = ()
    """Processes of the app other than its server. They start once the app is ready."""
    ready: str | None = None
    """Path of a readiness probe, whose answer must be correct; None if the app has none."""
    live: str | None = None
    """Path of the liveness probe, by which an orchestrator decides on a restart; None
    without one.
    """
    metrics: str | None = None
    """Path of the app's Prometheus metrics; None if they are not read."""
    gauges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The gauges that reports draw. For a gauge that represents a state, the names of its values
    from 0, which is the good state. An empty mapping means every gauge that the app itself defines.
    """
    unhandled_patterns: tuple[str, ...] = UNHANDLED
    """Regular expressions for log lines that report an unhandled error."""
    openapi: str = "/openapi.json"
    openapi_mounted: tuple[str, ...] = ()
    """Documents of the apps that are mounted in it."""
    writes: bool = False
    """Whether operations that write may be derived from the OpenAPI document."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every operation, for example for authentication. ``$NAME`` is a variable."""
    min_coverage: float = 0.0
    """Minimum share of the app's operations that the load must request, in percent."""
    websockets: tuple[str, ...] = ()
    """Paths of websockets to try, with placeholders for their parameters."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values for path, query and header parameters of the app's document, by name."""
    operations: tuple[Operation, ...] = ()
    """The operations of the load; if empty, they are derived from the app's OpenAPI document."""
    contract: Contract
    refused_statuses: frozenset[int] = DEFAULT_REFUSED
    written_keys: str | None = None
    """SQL that returns key and number of rows for every stored write."""
    conserved: Mapping[str, str] = field(default_factory=dict)
    """SQL that returns a total which must not change, by name."""
    eventually: Mapping[str, str] = field(default_factory=dict)
    """SQL that gives the work which is still to be done, by name."""

    @property
    def surroundings(self) -> frozenset[str]:
        """What the app has besides PostgreSQL: kinds of dependencies, and ``workers``."""
        kinds = {one.kind for one in self.dependencies}
        return frozenset(kinds | ({"workers"} if self.processes else set()))

    @property
    def ready_path(self) -> str:
        """The path that shows that the app is up: its probe, or the OpenAPI document."""
        return self.ready or self.openapi

    @property
    def has_readiness(self) -> bool:
        """Whether ``ready_path`` is a probe whose answer must be correct, and not just any page."""
        return self.ready is not None

    def database_environment(self, database: DatabaseAddress) -> dict[str, str]:
        """The variables with the address of the app's database.

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
                    f"database environment {name}={template!r}: {error} is not a placeholder;"
                    f" there are {places}"
                ) from None
        return filled

    def attached(self, *, log_known: bool) -> AppProfile:
        """The same app, started by someone else."""
        contract = dataclasses.replace(self.contract, log_known=log_known, process_known=False)
        return dataclasses.replace(
            self, contract=contract, setup=(), seed=(), dependencies=(), processes=()
        )

    def with_target(self, target: str, *, factory: bool) -> AppProfile:
        """The same contract and load for another app: a broken copy, another connection pattern."""
        return dataclasses.replace(self, name=target, app=target, factory=factory)


DEFAULT_CONTRACT = Contract(
    deadline_seconds=3.0,
    error_statuses=frozenset({400, 401, 403, 404, 405, 409, 422, 429, 503, 504}),
    error_media_type="",
    retry_after_statuses=frozenset(),
    written_keys_declared=False,
    totals_declared=False,
)
"""The default contract of an app that declares none: no 500, no cut connection, no leak of
internals, and an answer within three seconds.
"""

REFERENCE = AppProfile(
    name="reference",
    app="squall_reference.main:create_app",
    factory=True,
    ready="/readyz",
    live="/livez",
    metrics="/metrics",
    gauges={
        "orders_breaker_state": ("closed", "half-open", "open"),
        "orders_pool_open": (),
        "orders_pool_in_use": (),
        "orders_pool_waiting": (),
        "orders_outage_waiting": (),
        "orders_retry_budget_tokens": (),
    },
    starts_without_database=True,
    contract=Contract(deadline_seconds=1.0, most_sessions=21),  # 20 in the pool, one for probes
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
    written_keys="SELECT idempotency_key, count(*) FROM orders GROUP BY idempotency_key",
    conserved={
        "stock + ordered": "SELECT (SELECT sum(stock) FROM items)"
        " + (SELECT coalesce(sum(quantity), 0) FROM orders)"
    },
)
