"""What the generator is told: one frozen plan, sent to its process as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.history.op import Op
from harness.workload import operations
from harness.workload.operations import DEFAULT_REFUSED, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of the workload. Times are seconds of the monotonic clock."""

    base_url: str
    operations: tuple[Operation, ...]
    rate_per_second: float
    arrivals: str
    seed: int
    run_id: str
    start_at: float
    max_seconds: float
    """Sending ends by itself after this time, whoever forgets to stop it."""
    timeout_seconds: float
    """The caller's patience; longer than any deadline of the app."""
    refused_statuses: frozenset[int] = DEFAULT_REFUSED

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain["operations"] = [operations.to_dict(operation) for operation in self.operations]
        plain["refused_statuses"] = sorted(self.refused_statuses)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Plan:
        """The inverse of :meth:`to_dict`."""
        given = dict(plain)
        given["operations"] = tuple(operations.from_dict(o) for o in given["operations"])
        given["refused_statuses"] = frozenset(given["refused_statuses"])
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadReport:
    """What the generator did in one run."""

    ops: Sequence[Op]
    unsent: int
    offered: int
    lag_p99_seconds: float
