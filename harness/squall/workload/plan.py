"""The load generator's input: one frozen plan, sent to its process as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from squall.history.op import Op
from squall.workload import operations
from squall.workload.operations import DEFAULT_REFUSED, Operation

LEAD_SECONDS = 0.05
"""From the plan to its first request, so that the plan can reach the generator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """One run of the workload. Times are seconds of the monotonic clock."""

    base_url: str
    operations: tuple[Operation, ...]
    rate_per_second: float
    arrivals: str
    seed: int
    run_id: str
    start_at: float
    max_seconds: float
    """Sending ends after this time even if no stop is sent."""
    timeout_seconds: float
    """How long clients wait; longer than any deadline of the app."""
    refused_statuses: frozenset[int] = DEFAULT_REFUSED
    route: str = ""
    """The IP address to which the host in ``base_url`` leads; empty: the one that DNS gives."""
    part: int = 0
    parts: int = 1
    """Which part of the plan a generator sends, if several share it: every ``parts``-th request."""

    def owns(self, number: int) -> bool:
        """Whether the request of this number, from 0, is in this part."""
        return number % self.parts == self.part

    def to_dict(self) -> dict[str, Any]:
        """A value that can be written as JSON."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain["operations"] = [operations.to_dict(operation) for operation in self.operations]
        plain["refused_statuses"] = sorted(self.refused_statuses)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> LoadPlan:
        """The inverse of :meth:`to_dict`."""
        given = dict(plain)
        given["operations"] = tuple(operations.from_dict(o) for o in given["operations"])
        given["refused_statuses"] = frozenset(given["refused_statuses"])
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadReport:
    """The generator's report on one run."""

    ops: Sequence[Op]
    unsent: int
    """Requests that came due and were not sent because too many were in flight."""
    offered: int
    """Requests that came due, with read-backs and extra requests: ``len(ops) + unsent``."""
    lag_p99_seconds: float
    lost: Sequence[str] = ()
    """Load workers that ended during the run, and how."""

    @property
    def missing(self) -> int:
        """Requests without a record. Any value except 0 means that the history is incomplete."""
        return self.offered - self.unsent - len(self.ops)
