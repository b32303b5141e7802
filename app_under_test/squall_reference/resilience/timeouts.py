"""Time-outs in layers: the inner one always ends first, so that the cheapest error wins.

    ├── request deadline ───────────────────────────────────────┤ 1.00 s   504
    │  ├── kernel (unacknowledged bytes) ───────────────┤         0.80 s   connection dead
    │  ├── hold (the socket is aborted) ──────────┤               0.60 s   connection dropped
    │  ├── command (driver waits for an answer) ─┤                0.50 s   driver starts to clean up
    │  ├── statement (server cancels) ──────┤                     0.40 s   57014, connection kept
    │  ├── pool wait (a place at the database) ┤                  0.30 s   503
    │  ├── lock (server gives up a lock) ┤                        0.25 s   55P03, connection kept
    │  └── connect ──────────────────────┤                        0.25 s

PostgreSQL's statement_timeout frees locks and keeps the connection, but a silent network never
delivers it: then the driver's own limit ends the wait. The driver then spends up to two seconds on
a polite farewell to a peer that is gone, so at ``hold`` the socket is aborted whatever it does.
"""

from __future__ import annotations

from dataclasses import dataclass

ORDER = (
    (
        "lock",
        "statement",
        "the statement is cancelled, and the error does not say that a lock was the cause",
    ),
    ("connect", "pool_wait", "callers give up while the connection that they wait for is made"),
    ("pool_wait", "statement", "waiting takes more of a request's time than working"),
    ("statement", "command", "a slow query costs its connection instead of one error"),
    ("command", "hold", "a silent server is never reported by the driver"),
    ("hold", "kernel", "the kernel ends connections that are merely slow"),
    ("kernel", "deadline", "a dead connection is found only after the caller has gone"),
)
"""Inner layer, outer layer, and what happens if the inner one is not the shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds of each layer."""

    deadline: float
    kernel: float
    hold: float
    command: float
    statement: float
    pool_wait: float
    lock: float
    connect: float

    def __post_init__(self) -> None:
        """Refuse layers in the wrong order.

        Raises:
            ValueError: which layer is too long, and what would happen.
        """
        for inner, outer, else_ in ORDER:
            shorter, longer = getattr(self, inner), getattr(self, outer)
            if not 0 < shorter < longer:
                raise ValueError(
                    f"time-out {inner} ({shorter:g} s) must be positive and below {outer}"
                    f" ({longer:g} s): else {else_}"
                )
        if self.pool_wait + self.hold >= self.deadline:
            raise ValueError(
                f"pool_wait ({self.pool_wait:g} s) and hold ({self.hold:g} s) together must be"
                f" below the deadline ({self.deadline:g} s): else a request that waited for its"
                " connection has no time left to use it"
            )

    @property
    def least_work(self) -> float:
        """Work that has less time than this is not started: it could not finish."""
        return self.deadline * 0.02

    @classmethod
    def within(
        cls, deadline: float, *, connect: float | None = None, statement: float | None = None
    ) -> Timeouts:
        """All layers of a request deadline; what networks and queries differ in can be given."""
        return cls(
            deadline=deadline,
            kernel=deadline * 0.8,
            hold=deadline * 0.6,
            command=deadline * 0.5,
            statement=deadline * 0.4 if statement is None else statement,
            pool_wait=deadline * 0.3,
            lock=deadline * 0.25,
            connect=deadline * 0.25 if connect is None else connect,
        )
