"""A step of a scenario: one fault, when it starts and how long it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from squall_faults import Fault, key_of
from squall_faults.client.repeat import Repeat
from squall_faults.database.read_only import ReadOnly
from squall_faults.wire.cut_after_commit import CutAfterCommit
from squall_faults.wire.cut_before_commit import CutBeforeCommit

from squall.scenario.duration import Duration, parse_duration

MAX_PROLONGED = 8.0
"""A fault that hits some of what passes lasts at most this many times as long."""

OF_WRITES = (CutAfterCommit, CutBeforeCommit, ReadOnly, Repeat)
"""They pass over reads without being told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fault on the timeline. Times count from the end of the ``before`` window."""

    at_seconds: float
    fault: Fault
    lasting_seconds: float
    lasting_deadlines: float = 0.0
    """At least this many deadlines of the app, if that is longer than ``lasting_seconds``."""
    lasting_starts: float = 0.0
    """At least as long as this many starts of the app take."""
    deadlines: Mapping[str, float] = field(default_factory=dict)
    """Durations of the fault given in deadlines of the app, by the name of the fault's field."""
    starts: Mapping[str, float] = field(default_factory=dict)
    """The same in starts of the app; at least as long as the field itself says."""
    may_miss: bool = False
    """The step prepares another one, and the run proves something even if this step has no effect:
    an app that connects for each request has no session to end.
    """

    @property
    def label(self) -> str:
        """The fault's key, for people."""
        return key_of(self.fault)

    @property
    def hits_a_share(self) -> bool:
        """Whether chance draws what the fault hits."""
        return bool(getattr(self.fault, "share", 1.0) < 1)

    @property
    def picks(self) -> bool:
        """Whether the fault hits some of what passes: a share, some statements, or writes. At a
        small load the time of it may pass without one.
        """
        filtered = bool(getattr(self.fault, "statement", ""))
        return self.hits_a_share or filtered or isinstance(self.fault, OF_WRITES)

    def prolonged(self, times: float) -> Step:
        """The same for longer, at most eight times; what lasts for deadlines stays as long."""
        if self.lasting_deadlines:
            return self
        return replace(self, lasting_seconds=self.lasting_seconds * min(times, MAX_PROLONGED))

    @property
    def lengths(self) -> tuple[float, float, float]:
        """In seconds, in deadlines and in starts of the app."""
        return self.lasting_seconds, self.lasting_deadlines, self.lasting_starts

    def for_app(self, *, deadline: float, start: float) -> Step:
        """The same with durations in seconds and milliseconds."""
        measured = {
            name: int(times * deadline * 1000) for name, times in self.deadlines.items()
        } | {
            name: max(getattr(self.fault, name), int(times * start * 1000))
            for name, times in self.starts.items()
        }
        seconds, deadlines, starts = self.lengths
        return replace(
            self,
            fault=replace(self.fault, **measured) if measured else self.fault,  # type: ignore[type-var] # a dataclass
            lasting_seconds=max(seconds, deadlines * deadline, starts * start),
            lasting_deadlines=0.0,
            lasting_starts=0.0,
            deadlines={},
            starts={},
        )


def at(seconds: float, fault: Fault, *, lasting: float | str, may_miss: bool = False) -> Step:
    """Create a step: ``at(0.5, Latency(latency_ms=300), lasting=2)``.

    ``lasting`` is a number of seconds, or a text such as ``"1.5 deadlines"``.

    Raises:
        UsageError: the text is not a duration.
    """
    long = parse_duration(lasting) if isinstance(lasting, str) else Duration(seconds=float(lasting))
    return Step(
        at_seconds=float(seconds),
        fault=fault,
        lasting_seconds=long.seconds,
        lasting_deadlines=long.deadlines,
        lasting_starts=long.starts,
        may_miss=may_miss,
    )
