"""Events that the log of the database's server tells of."""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortedStatements(Event):
    """Statements that the server refused because their transaction had failed before (25P02)."""

    before: int
    """Since the server started, before the load of this run."""
    during: int
    """From then to the end of the run."""
