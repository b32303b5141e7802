"""How callers misbehave: some hang up early, and more come than were planned."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Behaviour:
    """Changed by faults while a run goes on; the default is polite."""

    seed: int
    share: float = 0.0
    """Of callers who hang up."""
    after_seconds: float = 0.0
    factor: float = 1.0
    """Offered load, as a multiple of the planned one."""

    def patience(self, operation: int, usual: float) -> float:
        """Seconds that the caller of an operation waits; the same operations hang up each time."""
        draw = random.Random(self.seed * 1_000_003 + operation).random()  # noqa: S311 - repeatable
        return self.after_seconds if draw < self.share else usual
