"""Everything that judges may look at: a history, the events, the final truth and the contract.

Windows are cut by *intended* start, except that who still waited when the first fault came into
force is counted with it:

    before │ during                        │ after
    ───────┼───────────────────────────────┼──────────▶ intended
      ●────┼──▶ answered: during           last FaultHealed
           first FaultInjected
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from harness.core import events
from harness.history.op import Op

Window = Literal["before", "during", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What the app promises its callers; the part of an app's profile that judges need."""

    deadline_seconds: float
    """Every request is answered within this time."""
    error_statuses: frozenset[int] = frozenset({400, 404, 409, 422, 429, 503, 504})
    """Documented statuses besides 2xx."""
    error_media_type: str = "application/problem+json"
    retry_after_statuses: frozenset[int] = frozenset({503, 504})
    written_keys_declared: bool = True
    """Whether it is known how to read back what was written; else nothing is judged of it."""
    totals_declared: bool = True
    """Whether it is known which totals must not change."""
    most_sessions: int | None = None
    """As many sessions may the app's pools have at the database; None: nothing was declared."""
    log_known: bool = True
    """Whether the app's log can be read."""
    process_known: bool = True
    """Whether the app's process is a child of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the database holds after the run, read directly, behind every proxy."""

    writes: Mapping[str, int] = field(default_factory=dict)
    """For each key found: how many rows carry it. Keys of other runs may be present."""
    conserved: Mapping[str, int] = field(default_factory=dict)
    """Totals that must not change, by name, at the end of the run."""
    conserved_before: Mapping[str, int] = field(default_factory=dict)
    """The same totals before the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control arm: the same plan once more, without a fault.

    Its windows lie as far from its start as those of the run with the fault lie from theirs.
    """

    ops: tuple[Op, ...]
    start: float
    """When its first operation was meant to start."""
    injected_seconds: float
    """From the start of the run with the fault to the first fault."""
    healed_seconds: float
    """The same to the last heal."""

    @property
    def awaited(self) -> list[Op]:
        """The operations whose callers waited for the answer."""
        return [op for op in self.ops if not op.hung_up]

    def window(self, which: Window) -> list[Op]:
        """What was asked at the time of one window, in order of the intended start."""
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
class Evidence:
    """One run, complete; pure data."""

    ops: Sequence[Op]
    events: Sequence[events.Event]
    truth: Truth | None
    """None when the truth could not be read or nothing declares how to."""
    contract: Contract
    unsent: int = 0
    """Operations that the generator could not send because too many were in flight."""
    control: Control | None = None
    """The run without the fault, if there was one (``--paired``)."""

    @property
    def first_injected(self) -> float | None:
        """When the first fault came into force; None when none did."""
        return min((e.at for e in self.events if isinstance(e, events.FaultInjected)), default=None)

    @property
    def last_healed(self) -> float | None:
        """When the last fault was verifiably gone; None when none was."""
        return max((e.at for e in self.events if isinstance(e, events.FaultHealed)), default=None)

    @property
    def awaited(self) -> list[Op]:
        """The operations whose callers waited for the answer."""
        return [op for op in self.ops if not op.hung_up]

    def window(self, which: Window) -> list[Op]:
        """The awaited operations of one window, in order of their intended start."""
        start, end = self.bounds(which)
        injected = self.bounds("during")[0]
        chosen = [
            op
            for op in self.awaited
            if start <= (op.intended if op.done <= injected else max(op.intended, injected)) < end
        ]
        return sorted(chosen, key=lambda op: (op.intended, op.id))

    def bounds(self, which: Window) -> tuple[float, float]:
        """Start (inclusive) and end (exclusive) of a window; without a fault all is ``before``."""
        never = float("inf")
        injected = never if self.first_injected is None else self.first_injected
        healed = never if self.last_healed is None else self.last_healed
        return {
            "before": (-never, injected),
            "during": (injected, healed),
            "after": (healed, never),
        }[which]
