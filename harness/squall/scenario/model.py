"""A scenario: workload, a timeline of faults, and the gates that the run must pass.

    ├── before ──┤├────────── faults ──────────┤├── after ──┤
    0            first step                    last heal      the workload ends
                 at_seconds count from here

The same object in Python and in a ``*.squall.yaml`` file: ``load(dump(s)) == s``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from squall.core.errors import UsageError
from squall.gates.capacity_returns import CapacityReturns
from squall.gates.registry import missing_facts, standard_gates, validity_gates
from squall.gates.threshold import Threshold
from squall.gates.validity.enough_operations import EnoughOperations
from squall.gates.verdict import Gate
from squall.scenario.fewer_requests import for_fewer_requests
from squall.scenario.lead import lead_seconds
from squall.scenario.step import Step
from squall.workload.operations import Operation

Arrivals = Literal["jittered", "poisson", "constant"]
Requests = Literal["all", "reads", "writes"]

DEPENDENCIES = frozenset({"http", "redis", "workers"})
"""What an outage can affect besides app and PostgreSQL: kinds of servers, and the app's workers."""

NEEDS = DEPENDENCIES | {
    "writes", "bodies", "streams", "transactions", "rows", "things", "repeats",
}  # fmt: skip

LONGEST_RUN_SECONDS = 600.0
"""A scenario is a test, not a soak test: every wait in it is bounded by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests started per second. The seed fixes the start times beforehand."""

    rate_per_second: float = 80.0
    arrivals: Arrivals = "jittered"
    """Where in its slot each request starts; see :func:`squall.workload.arrivals.arrivals`."""
    requests: Requests = "all"
    """Which of the app's operations are requested: ``reads`` or ``writes`` alone, for what others
    would hide, such as a success now and then.
    """

    def of(self, operations: Sequence[Operation]) -> tuple[Operation, ...]:
        """These operations of an app; all of them if it has none of the kind."""
        wants_reads = self.requests == "reads"
        chosen = [one for one in operations
                  if self.requests == "all" or (one.effect == "read") == wants_reads]  # fmt: skip
        return tuple(chosen) if any(not one.after for one in chosen) else tuple(operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One outage, or any other timeline of faults, with the app's requirements."""

    name: str
    story: str
    """Why this outage exists, for readers of the report."""
    steps: tuple[Step, ...]
    tags: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    """What there must be for this story to bite: ``writes`` or ``streams`` in the load; ``redis``,
    ``http`` or ``workers`` in the lab."""
    amid_requests: bool = False
    """Whether statements are delayed before the first fault that cuts or ends something, so that it
    meets requests between two of their statements: see :mod:`squall.scenario.lead`."""
    before_seconds: float = 0.6
    after_seconds: float = 0.8
    load: Load = field(default_factory=Load)
    gates: Mapping[str, Gate | None] = field(default_factory=dict)
    """Gates that differ from the standard ones, by name; None disables a standard gate."""
    should: Mapping[str, Gate] = field(default_factory=dict)
    """Limits that a correct app may miss: they are shown, and with *strict* judged like the
    others.
    """

    def __post_init__(self) -> None:
        """Refuse an invalid scenario.

        Raises:
            UsageError: every problem, one a line.
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
            if min(step.at_seconds, *step.lengths) < 0:
                yield f"step {index + 1}: times must not be negative"
        if self.planned_seconds > LONGEST_RUN_SECONDS:
            yield f"takes {self.planned_seconds:g} s; the limit is {LONGEST_RUN_SECONDS:g} s"
        for name, gate in [*self.gates.items(), *self.should.items()]:
            if gate is not None and gate.name != name:
                yield f"gate {gate.name!r} is entered under {name!r}"
            if gate is not None and (missing := missing_facts(gate)):
                yield f"gate {name!r} {missing}"

    def at_most(self, rate_per_second: float) -> Scenario:
        """The same with less load. The windows around the faults grow, so that gates see as many
        requests; a fault that hits some of them lasts longer, so that it hits as many.

        Raises:
            UsageError: the load is out of bounds, or the run would take too long.
        """
        if rate_per_second >= self.load.rate_per_second:
            return self
        times = self.load.rate_per_second / rate_per_second
        return replace(
            self,
            before_seconds=self.before_seconds * times,
            after_seconds=self.after_seconds * times,
            load=replace(self.load, rate_per_second=rate_per_second),
            steps=for_fewer_requests(self.steps, times),
        )

    def under(self, load: Load) -> Scenario:
        """The same with this load, and windows in which at least as many requests are judged."""
        most = max(load.rate_per_second, self.load.rate_per_second)
        given = replace(load, rate_per_second=most, requests=self.load.requests)
        loaded = replace(self, load=given)
        return loaded.at_most(load.rate_per_second)

    @property
    def thin_windows(self) -> str:
        """Why this load and these windows cannot give a verdict; empty if they can."""
        rate, need = self.load.rate_per_second, EnoughOperations()
        windows = (
            ("before_seconds", self.before_seconds, need.before),
            ("after_seconds", self.after_seconds, need.after),
        )
        told = [
            f"{name} must be at least {least / rate:.1f} ({rate:g} requests per second x"
            f" {seconds:g} s; {least} requests are needed)"
            for name, seconds, least in windows
            if rate * seconds < least
        ]
        return "; ".join(told)

    def for_app(self, *, deadline: float, start: float = 0.0) -> Scenario:
        """The same with the durations of its steps in seconds.

        Args:
            deadline: of the app's requests, in seconds.
            start: what a start of the app takes, in seconds; 0 if unknown.

        Raises:
            UsageError: the run would take too long.
        """
        steps = tuple(step.for_app(deadline=deadline, start=start) for step in self.steps)
        return replace(self, steps=steps)

    def strict(self) -> Scenario:
        """The same with every *should* limit as a *must* limit."""
        return replace(self, gates={**self.gates, **self.should}, should={})

    @property
    def planned_seconds(self) -> float:
        """Length without the time for healing."""
        faults = max((step.at_seconds + step.lasting_seconds for step in self.steps), default=0.0)
        lead = lead_seconds(self.load.rate_per_second) if self.amid_requests else 0.0
        return self.before_seconds + lead + faults + self.after_seconds

    @property
    def paired(self) -> bool:
        """Whether a gate compares with the control arm, so that one is needed."""
        return any(isinstance(gate, Threshold) and gate.paired for gate in self.gates.values())

    @property
    def counts_places(self) -> bool:
        """Whether a gate needs the places of the app's pool, before the load and after it."""
        return any(isinstance(gate, CapacityReturns) for gate in self.gates.values())

    def all_gates(self) -> list[Gate]:
        """All gates of this scenario: the validity checks first, then the gates."""
        gates: dict[str, Gate | None] = {gate.name: gate for gate in standard_gates()}
        gates.update(self.gates)
        return [*validity_gates(), *(gate for gate in gates.values() if gate is not None)]


def gate_set(*gates: Gate) -> dict[str, Gate | None]:
    """Gates by name, as a scenario expects them."""
    return {gate.name: gate for gate in gates}
