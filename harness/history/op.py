"""One operation of the workload: when it was meant, sent and done, and what the caller may believe.

    applied   the app said yes: the effect must be there, exactly once
    refused   the app promised that nothing happened: the effect must be absent
    unknown   nobody knows: time-outs, lost connections, ambiguous 5xx; both truths are allowed

Response time counts from ``intended``: a service that stalls must not profit from callers that
politely wait (coordinated omission).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """What the caller may believe after an operation."""

    APPLIED = "applied"
    REFUSED = "refused"
    UNKNOWN = "unknown"


HUNG_UP = "hung-up"
FIRST_EXTRA = 1_000_000
"""Operations beyond the plan are numbered from here, so that the plan keeps its numbers."""

FIRST_READ_BACK = 10_000_000
"""The operation that reads write n back has this number and n."""

Effect = Literal["read", "write", "idempotent-write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One finished operation. Times are seconds of the monotonic clock."""

    id: int
    """Position in the schedule, from 0; unique in a run."""
    name: str
    """The declared operation, for example ``place-order``."""
    effect: Effect
    key: str | None
    """The idempotency key, or whatever identifies the write in the final truth; None for reads."""
    intended: float
    """When the schedule wanted it sent."""
    sent: float
    """When it was sent; ``sent - intended`` is the generator's own lag."""
    done: float
    """When the answer was complete, or the wait for it ended."""
    outcome: Outcome
    status: int | None
    """HTTP status, or None when no answer came."""
    error: str | None
    """What ended an operation without an answer: ``timeout``, ``refused``, ``reset``,
    ``disconnected``, ``hung-up`` (by the caller, on purpose) or ``other: <class>``."""
    content_type: str | None
    retry_after: str | None
    body: str
    """The first 2,000 characters of the body of an answer that is no 2xx, else empty."""

    @property
    def response_seconds(self) -> float:
        """Time from the intended start to the answer: the gate's measure."""
        return self.done - self.intended

    @property
    def hung_up(self) -> bool:
        """Whether the caller went away on purpose: nothing can be asked of the answer then."""
        return self.error == HUNG_UP

    @property
    def extra(self) -> bool:
        """Whether it came on top of the planned load."""
        return FIRST_EXTRA <= self.id < FIRST_READ_BACK

    @property
    def reads_back(self) -> bool:
        """Whether it reads a write that was acknowledged a moment ago."""
        return self.id >= FIRST_READ_BACK

    @property
    def good(self) -> bool:
        """Whether the app answered with success."""
        return self.status is not None and self.status < 300  # noqa: PLR2004 - HTTP's 2xx
