"""Outages chosen by name or tag, on the command line and in pytest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from harness.core.errors import UsageError
from harness.scenario.model import Scenario


def fits(scenario: Scenario, words: Iterable[str]) -> bool:
    """Whether one of the words is its name or one of its tags; without words everything fits."""
    wanted = set(words)
    return not wanted or scenario.name in wanted or bool(wanted & scenario.tags)


def chosen(
    scenarios: Sequence[Scenario], only: Sequence[str], *, option: str = "--only"
) -> list[Scenario]:
    """Those with one of these names or tags; all when none is given.

    Raises:
        UsageError: a word fits nothing; the names and tags are listed.
    """
    names = {scenario.name for scenario in scenarios}
    tags = {tag for scenario in scenarios for tag in scenario.tags}
    for word in only:
        if word not in names | tags:
            known = f"outages: {', '.join(sorted(names))}; tags: {', '.join(sorted(tags))}"
            near = difflib.get_close_matches(word, names | tags, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"{option} {word}: there is no such outage or tag; {hint}{known}")
    return [scenario for scenario in scenarios if fits(scenario, only)]
