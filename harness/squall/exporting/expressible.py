"""Each step of a scenario for another tool, or the reason why that tool cannot do it.

A scenario that is exported in part would be another scenario, so one refused step refuses it all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from squall.core.errors import UsageError
from squall.scenario.model import Scenario
from squall.scenario.step import Step

T = TypeVar("T")


class CannotExpress(Exception):
    """The other tool has nothing like this; the text is the reason."""


def convert_steps(
    scenario: Scenario, tool: str, place: str, convert: Callable[[int, Step], T]
) -> list[T]:
    """What ``convert`` makes of the number and the step, for each of them.

    Raises:
        UsageError: with every step that cannot be expressed, its place and the reason.
    """
    found: list[T] = []
    refused: list[str] = []
    for number, step in enumerate(scenario.steps, 1):
        try:
            found.append(convert(number, step))
        except CannotExpress as why:
            refused.append(f"  {place}: step {number}, {step.label}: {why}")
    if refused:
        told = "\n".join(refused)
        raise UsageError(f"{scenario.name} cannot be expressed for {tool}:\n{told}")
    if not found:
        raise UsageError(f"{place}: {scenario.name} has no steps, so there is nothing to export")
    return found


def first_moment(scenario: Scenario) -> float:
    """When the first step begins; 0 without one."""
    return min((step.at_seconds for step in scenario.steps), default=0.0)
