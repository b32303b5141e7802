"""One run over several workers: who has sent what, and what the lost ones owe.

    worker ──ops, ops, ended──▶ ┐
    worker ──ops, lost────────▶ ├─▶ offered == recorded + unsent, unless a worker was lost
    worker ──ops, ops, ended──▶ ┘

What a lost worker should have sent counts as offered, and one request more than its records at
least, so that a run without it is never complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from squall.workload.locust.parts import due_in_part


@dataclass(slots=True)
class LoadRun:
    """The state of one run. Workers are known by their place in the plan, from 0."""

    plan: Mapping[str, Any]
    names: Sequence[str]
    """Of the workers, for people."""
    stop_at: float = float("inf")
    recorded: dict[int, int] = field(default_factory=dict)
    ended: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)
    """How they were lost."""
    streams: dict[int, int] = field(default_factory=dict)

    def count(self, part: int, ops: int) -> None:
        """Records of a worker have arrived."""
        self.recorded[part] = self.recorded.get(part, 0) + ops

    @property
    def complete(self) -> bool:
        """Whether no worker will say anything more."""
        return len({*self.ended, *self.lost}) == len(self.names)

    def report(self) -> dict[str, Any]:
        """The end of the run, as the harness expects it of one generator."""
        ended = [one for part, one in self.ended.items() if part not in self.lost]
        return {
            "offered": sum(one["offered"] for one in ended) + sum(map(self._owed, self.lost)),
            "unsent": sum(one["unsent"] for one in ended),
            "lag_p99_seconds": max((one["lag_p99_seconds"] for one in ended), default=0.0),
            "lost": [f"{self.names[part]} {how}" for part, how in sorted(self.lost.items())],
        }

    def _owed(self, part: int) -> int:
        due = due_in_part(self.plan, part, len(self.names), self.stop_at)
        return max(due, self.recorded.get(part, 0) + 1)
