"""Misbehaviour of clients: some disconnect early, some repeat writes, and more come than
planned.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class ClientBehaviour:
    """Changed by faults during a run. By default all clients behave well."""

    seed: int
    share: float = 0.0
    """Share of clients that disconnect."""
    after_seconds: float = 0.0
    factor: float = 1.0
    """Offered load, as a multiple of the planned one."""
    write_factor: float = 1.0
    """The same, where all that is beyond the plan is writes."""

    repeat_share: float = 0.0
    """Share of clients that repeat a write with the same key, whatever the first answer was."""
    repeat_seconds: float = 0.0
    """From the first request to its repeat."""
    repeat_another_body: bool = False
    """Whether a repeat has another body, by a bug of the client."""

    repeat_rivals: bool = False
    """Whether a repeat is another client's, with a key of its own."""

    retry_share: float = 0.0
    """Share of clients that send a write again, with the same key, when it failed."""
    retry_seconds: float = 0.0
    """From the failure to the next attempt, without a ``Retry-After``."""

    nothing_times: float = 0.0
    """Requests for things that do not exist, as a multiple of the planned ones."""

    held_streams: int = 0
    """Answers without an end that are kept open at once."""

    held_bodies: int = 0
    """Requests of whose body only half is sent, kept open at once."""

    def repeats(self, operation: int) -> bool:
        """Whether the client of an operation repeats it. The choice depends only on the
        operation.
        """
        draw = random.Random(self.seed * 1_000_037 + operation).random()  # noqa: S311 - repeatable
        return draw < self.repeat_share

    def retries(self, operation: int) -> bool:
        """The same for clients that send a write again when it failed."""
        draw = random.Random(self.seed * 1_000_039 + operation).random()  # noqa: S311 - repeatable
        return draw < self.retry_share

    def patience(self, operation: int, usual: float) -> float:
        """How long the client of an operation waits. The choice depends only on the operation."""
        draw = random.Random(self.seed * 1_000_003 + operation).random()  # noqa: S311 - repeatable
        return self.after_seconds if draw < self.share else usual
