"""Everything that gates may look at: a history, the events, the final state and the contract.

Windows are cut by *intended* start, with one exception: a request that was still waiting when the
first fault came into force counts as ``during``:

    before │ during                        │ after
    ───────┼───────────────────────────────┼──────────▶ intended
      ●────┼──▶ answered: during           last FaultHealed
           first FaultInjected
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from squall.core import events
from squall.history.op import Op

Window = Literal["before", "during", "after"]

BY_CLIENTS = "client."
"""Begins the keys of faults of the app's clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What the app promises its clients: the part of an app's profile that gates need."""

    deadline_seconds: float
    """The deadline: every request is answered within this time."""
    error_statuses: frozenset[int] = frozenset({400, 404, 409, 422, 429, 503, 504})
    """Documented statuses in addition to 2xx."""
    error_media_type: str = "application/problem+json"
    retry_after_statuses: frozenset[int] = frozenset({429, 503, 504})
    written_keys_declared: bool = True
    """Whether the profile declares how to read writes back; if not, data safety is not judged."""
    totals_declared: bool = True
    """Whether the profile declares which totals must not change."""
    most_sessions: int | None = None
    """How many sessions the app's pools may hold at the database; None if not declared."""
    log_known: bool = True
    """Whether the app's log can be read."""
    process_known: bool = True
    """Whether the app's process is a child of Squall."""
    calm_seconds: Mapping[str, float] = field(default_factory=dict)
    """Duration of each operation without load, as measured during the warm-up, by name."""
    without_statements: frozenset[str] = frozenset()
    """Operations of which no request sent a statement during the warm-up, by name."""
    calm_statements: Mapping[str, float] = field(default_factory=dict)
    """Statements of one request of each operation, as measured during the warm-up, by name."""
    calm_problems: frozenset[str] = frozenset()
    """Lines of the app's log that report unhandled errors, and that no fault caused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalState:
    """What the database holds after the run, read directly and not through a proxy."""

    writes: Mapping[str, int] = field(default_factory=dict)
    """How many rows carry each key. Keys of other runs may be present."""
    conserved: Mapping[str, int] = field(default_factory=dict)
    """Totals that must not change, by name, after the run."""
    conserved_before: Mapping[str, int] = field(default_factory=dict)
    """The same totals before the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control arm: the same plan repeated without a fault.

    Its windows have the same distances from its start as the windows of the run with the fault.
    """

    ops: tuple[Op, ...]
    start: float
    """Intended start of its first operation."""
    injected_seconds: float
    """From the start of the run with the fault to the first fault."""
    healed_seconds: float
    """From the start of the run with the fault to the last heal."""

    @property
    def awaited(self) -> list[Op]:
        """The operations whose clients waited for the answer."""
        return [op for op in self.ops if not op.client_cancelled]

    def window(self, which: Window) -> list[Op]:
        """The operations of one window, in order of their intended start."""
        injected, healed = self.start + self.injected_seconds, self.start + self.healed_seconds
        never = float("inf")
        start, end = {
            "before": (-never, injected),
            "during": (injected, healed),
            "after": (healed, never),
        }[which]
        chosen = [op for op in self.awaited if start <= op.intended < end]
        return sorted(chosen, key=lambda op: (op.intended, op.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CalmWrites:
    """Requests that were sent one by one before the load of a lab, and what they committed.

    Of an operation that the load asks for now and then, the calm before a fault shows too few.
    """

    ops: tuple[Op, ...] = ()
    """The writes."""
    reads: tuple[Op, ...] = ()
    """Their answers tell of the operation, and not of what is there during the run."""
    commits: tuple[events.TransactionCommitted, ...] = ()
    families: tuple[events.FamilyCommitted, ...] = ()
    followed: tuple[events.RowFollowed, ...] = ()
    counted: tuple[events.NumbersCounted, ...] = ()
    batches: tuple[events.BatchStored, ...] = ()
    told: tuple[events.NumberTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the scenario requested. A run that sent less proves less."""

    requests: int
    """Number of requests due between the start of the load and its end, without read-backs and
    extra requests. The seed fixes the schedule.
    """
    off_schedule: int = 0
    """Recorded requests whose intended time differs from the schedule."""
    faults: tuple[float, ...] = ()
    """Intended duration of each fault in seconds; empty if none came due."""
    of_transactions: bool = False
    """Whether they hit BEGIN or COMMIT, which an app that writes in autocommit never sends."""
    of_rows: bool = False
    """Whether they lock rows that are there, which an app that only adds rows never needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One run, complete; pure data."""

    ops: Sequence[Op]
    events: Sequence[events.Event]
    final_state: FinalState | None
    """None if the final state could not be read or the profile does not declare how to read it."""
    contract: Contract
    unsent: int = 0
    """Operations that were not sent because too many were in flight."""
    offered: int | None = None
    """Planned requests that came due, sent or not; None if not counted."""
    planned: Planned | None = None
    """What the scenario requested; None if unknown."""
    control: Control | None = None
    """The run without the fault, if there was one (``--paired``)."""
    calm: CalmWrites = field(default_factory=CalmWrites)
    """What is known of rare requests from before the load of the lab's first run."""

    @property
    def first_injected(self) -> float | None:
        """When the first fault came into force, or the delay of statements that led to it; None if
        none did.
        """
        first = self.fault_in_force
        delayed = [e.at for e in self.events if isinstance(e, events.StatementsDelayed)]
        return first if first is None else min([first, *delayed])

    @property
    def fault_in_force(self) -> float | None:
        """When the first fault itself came into force; None if none did."""
        return min((e.at for e in self.events if isinstance(e, events.FaultInjected)), default=None)

    @property
    def knows_commits(self) -> bool:
        """Whether the server's log of commits was read."""
        return any(isinstance(event, events.CommitsRead) for event in self.events)

    @property
    def fault_keys(self) -> frozenset[str]:
        """The keys of the faults that came into force: ``wire.error_reply``."""
        return frozenset(e.fault for e in self.events if isinstance(e, events.FaultInjected))

    @property
    def has_other_callers(self) -> bool:
        """Whether a fault sent requests, or changed some, that are not in the history."""
        return any(key.startswith(BY_CLIENTS) for key in self.fault_keys)

    @property
    def last_healed(self) -> float | None:
        """When the last fault was verified as gone; None if none was."""
        return max((e.at for e in self.events if isinstance(e, events.FaultHealed)), default=None)

    @property
    def awaited(self) -> list[Op]:
        """The operations whose clients waited for the answer."""
        return [op for op in self.ops if not op.client_cancelled]

    def window(self, which: Window) -> list[Op]:
        """The awaited operations of one window, in order of their intended start.

        Without requests for things that do not exist, which no app can serve, and without those
        that are asked again.
        """
        start, end = self.bounds(which)
        injected = self.bounds("during")[0]
        chosen = [
            op
            for op in self.awaited
            if not op.for_nothing
            and not op.asked_again
            and start <= (op.intended if op.done <= injected else max(op.intended, injected)) < end
        ]
        return sorted(chosen, key=lambda op: (op.intended, op.id))

    @property
    def without_fault(self) -> list[Op]:
        """The operations from which is learned what writes do: those that were sent one by one
        before the load, and those before the fault.
        """
        return [*self.calm.ops, *self.window("before")]

    def bounds(self, which: Window) -> tuple[float, float]:
        """Start (inclusive) and end (exclusive) of a window. Without a fault, all is ``before``."""
        never = float("inf")
        injected = never if self.first_injected is None else self.first_injected
        healed = never if self.last_healed is None else self.last_healed
        return {
            "before": (-never, injected),
            "during": (injected, healed),
            "after": (healed, never),
        }[which]
