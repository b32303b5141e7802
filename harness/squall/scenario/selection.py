"""Select outages by name or tag, and skip those that a team excludes, with the reason.

    [tool.squall.skip]
    half-dead-connection-after-idle = "we connect for each request: nothing is ever idle"

A key is a name or a tag. An outage that is requested by its name runs anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from squall.core.errors import UsageError
from squall.core.suggestions import suggest
from squall.scenario.model import DEPENDENCIES, Scenario

BY_OPTION = "left out by --skip"

LONG = "long"
"""The tag of outages that take many deadlines: for nightly runs, not for every change."""
FOR_NIGHTS = "it takes many deadlines; --long runs it, too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An outage that was not run: by choice, or because this lab does not support it."""

    scenario: Scenario
    reason: str


def matches(scenario: Scenario, words: Iterable[str]) -> bool:
    """Whether one of the words is its name or one of its tags; without words, everything
    matches.
    """
    wanted = set(words)
    return not wanted or scenario.name in wanted or bool(wanted & scenario.tags)


def select(
    scenarios: Sequence[Scenario], only: Sequence[str], *, option: str = "--only"
) -> list[Scenario]:
    """Those with one of these names or tags; all if none is given.

    Raises:
        UsageError: a word matches nothing; the message suggests the nearest names.
    """
    names = {scenario.name for scenario in scenarios}
    tags = {tag for scenario in scenarios for tag in scenario.tags}
    for word in only:
        if word not in names | tags:
            hint = suggest(word, sorted(names | tags), list_with="squall outages")
            raise UsageError(f"{option} {word}: there is no such outage or tag; {hint}")
    return [scenario for scenario in scenarios if matches(scenario, only)]


def for_dependencies(
    scenarios: Sequence[Scenario], kinds: Iterable[str], only: Sequence[str] = ()
) -> list[Scenario]:
    """Without those about servers that the app does not have, unless they are requested by name.

    ``kinds``: of the app's dependencies. The lab skips requested ones, with the reason.
    """
    there = set(kinds)
    return [
        one
        for one in scenarios
        if not (one.needs & DEPENDENCIES) - there or (only and matches(one, only))
    ]


def partition_long(
    scenarios: Sequence[Scenario], only: Sequence[str]
) -> tuple[list[Scenario], list[Skipped]]:
    """Outages for every run, and the long ones, unless those are requested by name or tag."""
    asked = set(only)
    left = [one for one in scenarios if LONG in one.tags and not asked & {LONG, one.name}]
    running = [one for one in scenarios if one not in left]
    return running, [Skipped(scenario=one, reason=FOR_NIGHTS) for one in left]


def partition_skipped(
    scenarios: Sequence[Scenario],
    skips: Mapping[str, str],
    only: Sequence[str],
    *,
    known: Sequence[Scenario],
    option: str,
) -> tuple[list[Scenario], list[Skipped]]:
    """Outages to run, and outages to skip with their reasons.

    Raises:
        UsageError: a word of ``skips`` is neither a name nor a tag of ``known``.
    """
    select(known, list(skips), option=option)
    reasons = {one.name: reason for one in scenarios if (reason := _reason(one, skips, only))}
    left = [
        Skipped(scenario=one, reason=reasons[one.name]) for one in scenarios if one.name in reasons
    ]
    return [one for one in scenarios if one.name not in reasons], left


def _reason(scenario: Scenario, skips: Mapping[str, str], only: Sequence[str]) -> str:
    """Why it is skipped; a name takes precedence over a tag. Empty if it is not."""
    if scenario.name in only:
        return ""
    words = [scenario.name, *sorted(scenario.tags)]
    return next((skips[word] for word in words if word in skips), "")
