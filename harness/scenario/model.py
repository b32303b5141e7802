"""A scenario: workload, a timeline of faults, and the gates that the run must pass.

    ├── before ──┤├────────── faults ──────────┤├── after ──┤
    0            first step                    last heal      the workload ends
                 at_seconds count from here

The same object in Python and in a ``*.squall.yaml`` file; ``load(dump(s)) == s``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from faults import Fault, key_of
from harness.checkers.catalogue import guards, standard_gates
from harness.checkers.limit import Limit
from harness.checkers.verdict import Checker
from harness.core.errors import UsageError

Arrivals = Literal["jittered", "poisson", "constant"]

NEEDS = frozenset({"writes"})

LONGEST_RUN_SECONDS = 600.0
"""A scenario is a test, not a soak: every wait in it is bounded by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fault on the timeline; times count from the end of the ``before`` window."""

    at_seconds: float
    fault: Fault
    lasting_seconds: float
    may_miss: bool = False
    """It prepares the ground for another step, and proves something even where it finds nothing:
    there is no session to end in an app that connects for each request."""

    @property
    def label(self) -> str:
        """What a person reads: the fault's key."""
        return key_of(self.fault)


def at(seconds: float, fault: Fault, *, lasting: float, may_miss: bool = False) -> Step:
    """``at(0.5, Latency(latency_ms=300), lasting=2)``: a step, as it is spoken."""
    return Step(
        at_seconds=float(seconds), fault=fault, lasting_seconds=float(lasting), may_miss=may_miss
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many requests start per second; the start times are fixed by the seed beforehand."""

    rate_per_second: float = 80.0
    arrivals: Arrivals = "jittered"
    """Where in its slot each request starts; see :func:`harness.workload.arrivals.arrivals`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One outage, or any other story of faults, with what the app must meet."""

    name: str
    story: str
    """Why this outage exists, for the person who reads the report."""
    steps: tuple[Step, ...]
    tags: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    """What the load must have for this story to bite: ``writes``."""
    before_seconds: float = 0.6
    after_seconds: float = 0.8
    load: Load = field(default_factory=Load)
    gates: Mapping[str, Checker | None] = field(default_factory=dict)
    """Gates that differ from the standard ones, by name; None switches a standard gate off."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run.

        Raises:
            UsageError: with every problem, one a line.
        """
        problems = list(self._problems())
        if problems:
            raise UsageError("\n".join(f"scenario {self.name!r}: {text}" for text in problems))

    def _problems(self) -> Iterable[str]:
        if not self.before_seconds > 0 or not self.after_seconds > 0:
            yield "before_seconds and after_seconds must be positive"
        if not 1 <= self.load.rate_per_second <= 10_000:  # noqa: PLR2004 - bounds of the generator
            yield f"rate_per_second must be 1 to 10000, got {self.load.rate_per_second:g}"
        for need in sorted(self.needs - NEEDS):
            yield f"needs {need!r} is unknown; known: {', '.join(sorted(NEEDS))}"
        for index, step in enumerate(self.steps):
            if step.at_seconds < 0 or step.lasting_seconds < 0:
                yield f"step {index + 1}: times must not be negative"
        if self.planned_seconds > LONGEST_RUN_SECONDS:
            yield f"takes {self.planned_seconds:g} s; the limit is {LONGEST_RUN_SECONDS:g} s"
        for name, gate in self.gates.items():
            if gate is not None and gate.name != name:
                yield f"gate {gate.name!r} is entered under {name!r}"

    def at_most(self, rate_per_second: float) -> Scenario:
        """The same with less load; the windows around the faults grow, so that judges see as much.

        Raises:
            UsageError: the load is out of bounds, or it would take too long.
        """
        if rate_per_second >= self.load.rate_per_second:
            return self
        times = self.load.rate_per_second / rate_per_second
        return replace(
            self,
            before_seconds=self.before_seconds * times,
            after_seconds=self.after_seconds * times,
            load=replace(self.load, rate_per_second=rate_per_second),
        )

    @property
    def planned_seconds(self) -> float:
        """Length without what healing adds."""
        faults = max((step.at_seconds + step.lasting_seconds for step in self.steps), default=0.0)
        return self.before_seconds + faults + self.after_seconds

    @property
    def paired(self) -> bool:
        """Whether a gate compares with the control arm, so that there must be one."""
        return any(isinstance(gate, Limit) and gate.paired for gate in self.gates.values())

    def checkers(self) -> list[Checker]:
        """Every judge of this scenario: the guards against vacuous runs, then the gates."""
        gates: dict[str, Checker | None] = {gate.name: gate for gate in standard_gates()}
        gates.update(self.gates)
        return [*guards(), *(gate for gate in gates.values() if gate is not None)]


def gate_set(*gates: Checker) -> dict[str, Checker | None]:
    """Gates as a scenario wants them: by name."""
    return {gate.name: gate for gate in gates}
