"""What Squall knows of an app: how to start it, what its callers ask, how to read the truth back.

The built-in profile is the reference app's; it is data, because the harness imports no subject.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.history.evidence import Contract
from harness.providers.app_log import UNHANDLED
from harness.workload.operations import DEFAULT_REFUSED, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class AppProfile:
    """One app under test."""

    name: str
    target: str
    """``package.module:app``, or a command line with ``{port}``."""
    factory: bool = False
    cwd: Path | None = None
    database_env: tuple[str, ...] = ("DATABASE_URL",)
    """Environment variables that get the database's address, ``postgresql://…``."""
    environment: Mapping[str, str] = field(default_factory=dict)
    ready_path: str = "/readyz"
    live_path: str | None = None
    """What an orchestrator asks to know whether to restart the app; None: it has no such path."""
    has_readiness: bool = False
    """Whether ``ready_path`` is a probe that must tell the truth, not just any page."""
    unhandled_patterns: tuple[str, ...] = UNHANDLED
    """Regular expressions of log lines that tell of something nobody handled."""
    operations: tuple[Operation, ...] = ()
    contract: Contract
    refused_statuses: frozenset[int] = DEFAULT_REFUSED
    writes_query: str | None = None
    """SQL that gives key and number of rows, for every write that is there."""
    conserved_queries: Mapping[str, str] = field(default_factory=dict)
    """SQL that gives a total which must not change, by name."""

    def with_target(self, target: str, *, factory: bool) -> AppProfile:
        """The same promises and callers, another app: a broken copy, another pattern."""
        return dataclasses.replace(self, name=target, target=target, factory=factory)


REFERENCE = AppProfile(
    name="reference",
    target="app_under_test.main:create_app",
    factory=True,
    live_path="/livez",
    has_readiness=True,
    contract=Contract(deadline_seconds=1.0),
    operations=(
        Operation(name="read-item", method="GET", path="/items/{int:1..100}", effect="read"),
        Operation(
            name="place-order",
            method="POST",
            path="/orders",
            effect="idempotent-write",
            body={"item_id": "{int:1..100}", "quantity": "{int:1..3}"},
            headers={"Idempotency-Key": "{key}"},
        ),
    ),
    writes_query="SELECT idempotency_key, count(*) FROM orders GROUP BY idempotency_key",
    conserved_queries={
        "stock + ordered": "SELECT (SELECT sum(stock) FROM items)"
        " + (SELECT coalesce(sum(quantity), 0) FROM orders)"
    },
)
