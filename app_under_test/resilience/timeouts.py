"""Time-outs in layers: the inner one always ends first, so that the cheapest error wins.

    ├── request deadline ───────────────────────────────────────┤ 1.00 s   504
    │  ├── command (driver waits for an answer) ─────┤            0.50 s   connection dropped
    │  ├── statement (server cancels) ─────────┤                  0.40 s   57014, kept
    │  ├── connect ─────────────────────┤                         0.30 s
    │  └── wait for a pooled connection ┤                         0.30 s   503

PostgreSQL's statement_timeout frees locks and keeps the connection, but a silent network never
delivers it: then the driver's own limit ends the wait, and the connection is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds of each layer."""

    deadline: float
    command: float
    statement: float
    connect: float
    pool_wait: float

    def __post_init__(self) -> None:
        """Refuse layers in the wrong order.

        Raises:
            ValueError: which layer is too long, and what would happen.
        """
        order = (
            ("pool_wait", self.pool_wait, "deadline", self.deadline),
            ("connect", self.connect, "deadline", self.deadline),
            ("statement", self.statement, "command", self.command),
            ("command", self.command, "deadline", self.deadline),
        )
        for inner, shorter, outer, longer in order:
            if not 0 < shorter < longer:
                raise ValueError(
                    f"time-out {inner} ({shorter:g} s) must be positive and below {outer}"
                    f" ({longer:g} s): else {outer} ends first and hides which part was slow"
                )

    @classmethod
    def within(cls, deadline: float) -> Timeouts:
        """All layers of a request deadline."""
        return cls(
            deadline=deadline,
            command=deadline * 0.5,
            statement=deadline * 0.4,
            connect=deadline * 0.3,
            pool_wait=deadline * 0.3,
        )
