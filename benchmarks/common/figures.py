"""A figure beside its aim: printed, and handed to the table of all programs (``make bench``)."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = "SQUALL_BENCH_FIGURES"
"""The environment variable with the file that collects figures."""

MISSED = 10
"""Exit code of a program that ran to its end and missed an aim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    what: str
    seen: float
    aim: float
    unit: str = ""
    at_least: bool = False
    """Whether more is better."""

    @property
    def ratio(self) -> float:
        """Seen by aim: at most 1 is met, or at least 1 if more is better."""
        return self.seen / self.aim

    @property
    def met(self) -> bool:
        return self.seen >= self.aim if self.at_least else self.seen <= self.aim


def record(
    what: str, seen: float, *, at_most: float | None = None, at_least: float = 0.0, unit: str = ""
) -> Figure:
    """Note a figure with its aim: ``at_most`` or ``at_least``."""
    more = at_most is None
    aim = at_least if at_most is None else at_most
    figure = Figure(what=what, seen=seen, aim=aim, unit=unit, at_least=more)
    if path := os.environ.get(FILE):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(figure)) + "\n")
    return figure


def p99(values: Sequence[float]) -> float:
    """What one value of a hundred is above."""
    return sorted(values)[int(len(values) * 0.99)]


def read(path: Path) -> list[Figure]:
    """What the programs have noted."""
    return [Figure(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
