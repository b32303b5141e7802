"""How many labs run at the same time: fewer, when the machine proves to be too busy for all."""

from __future__ import annotations

from dataclasses import dataclass

BUSY_RUNS = 2
"""Runs that a busy machine leaves without a verdict, until there is one lab less."""


@dataclass(slots=True)
class LabsAtOnce:
    """Counts the labs at work. One of them ends for each :data:`BUSY_RUNS` runs that the others
    kept from the CPU: such a run costs as much as one with a verdict, and is repeated.
    """

    at_least: int = 1
    """Labs that go on however busy the machine is."""
    working: int = 0
    _busy_runs: int = 0

    def count_busy_run(self) -> None:
        """Count a run that proves nothing because the machine was too busy."""
        self._busy_runs += 1

    def give_up_one(self) -> bool:
        """Whether the lab that asks should end. It counts as ended then."""
        if self.working <= self.at_least or self._busy_runs < BUSY_RUNS:
            return False
        self._busy_runs = 0
        self.working -= 1
        return True
