"""Options that change how each scenario is loaded and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import click

from squall.cli.grouped_options import grouped
from squall.gates.registry import thresholds
from squall.scenario.model import Scenario

THOROUGH_TIMES = 5

gate_options = grouped(
    "Gates and load",
    click.option("--paired", is_flag=True,
                 help="First run each outage without its fault, with the same requests: the"
                      " control arm, for gates such as 'p95 during <= 3x control'."),
    click.option("--gate", "gates", multiple=True, metavar="THRESHOLD",
                 help="Add a threshold: 'p95 during <= 300 ms', 'p95 after <= 2x before', 'good"
                      " during >= 90%'. Repeatable."),
    click.option("--strict", is_flag=True,
                 help="Fail on limits that a sound app should keep, too: availability during the"
                      " outage, quick refusals, quick recovery."),
    click.option("--thorough", is_flag=True,
                 help="Windows before and after the faults of five times the length, for trends:"
                      " more samples in each percentile, and a longer run."),
    click.option("--rate", metavar="PER_SECOND", type=click.FloatRange(1, 10_000),
                 help="At most this many requests per second; the windows before and after the"
                      " faults grow, so that as many are judged."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GateArguments:
    """The values of :data:`gate_options`."""

    paired: bool
    gates: tuple[str, ...]
    strict: bool
    thorough: bool
    rate: float | None

    @classmethod
    def take(cls, given: dict[str, Any]) -> GateArguments:
        """Take the options from click's arguments."""
        return cls(**{field.name: given.pop(field.name) for field in fields(cls)})

    def apply(self, scenarios: Sequence[Scenario]) -> list[Scenario]:
        """The scenarios with these thresholds, windows and load, and every limit if strict.

        Raises:
            UsageError: a threshold cannot be parsed, or a run would take too long.
        """
        added = thresholds(self.gates)
        chosen = [one.strict() for one in scenarios] if self.strict else scenarios
        more = [replace(one, gates={**one.gates, **added}) for one in chosen]
        times = THOROUGH_TIMES if self.thorough else 1
        longer = [
            replace(
                one,
                before_seconds=one.before_seconds * times,
                after_seconds=one.after_seconds * times,
            )
            for one in more
        ]
        return longer if self.rate is None else [one.at_most(self.rate) for one in longer]

    def reproduce(self) -> list[str]:
        """The same options, for the reproduce command."""
        switches = {"--paired": self.paired, "--strict": self.strict, "--thorough": self.thorough}
        words = [name for name, on in switches.items() if on]
        words += [] if self.rate is None else ["--rate", f"{self.rate:g}"]
        return words + [word for gate in self.gates for word in ("--gate", gate)]
