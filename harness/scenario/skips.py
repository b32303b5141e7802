"""Outages that a team leaves out knowingly: the reason stands beside the name, for whoever reads.

    [tool.squall.skip]
    half-dead-connection-after-idle = "we connect for each request: nothing is ever idle"

A name or a tag. Who asks for an outage by its name gets it all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.scenario.choice import chosen
from harness.scenario.model import Scenario
from harness.scenario.outcome import Skipped

BY_OPTION = "left out by --skip"


def parted(
    scenarios: Sequence[Scenario],
    skips: Mapping[str, str],
    only: Sequence[str],
    *,
    known: Sequence[Scenario],
    option: str,
) -> tuple[list[Scenario], list[Skipped]]:
    """Those to be run, and those left out with their reasons.

    Raises:
        UsageError: a word of ``skips`` is neither a name nor a tag of ``known``.
    """
    chosen(known, list(skips), option=option)
    reasons = {one.name: reason for one in scenarios if (reason := _reason(one, skips, only))}
    left = [
        Skipped(scenario=one, reason=reasons[one.name]) for one in scenarios if one.name in reasons
    ]
    return [one for one in scenarios if one.name not in reasons], left


def _reason(scenario: Scenario, skips: Mapping[str, str], only: Sequence[str]) -> str:
    """Why it is left out, the name before a tag; empty when it is not."""
    if scenario.name in only:
        return ""
    words = [scenario.name, *sorted(scenario.tags)]
    return next((skips[word] for word in words if word in skips), "")
