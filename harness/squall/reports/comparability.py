"""What must be the same for a comparison to mean something, and what of it is not.

Two runs with another load, other seeds or another definition of the outage can be set side by
side; that the difference may come from there is said first, not found out later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from squall.core.counting import listed
from squall.reports.run_store import StoredRun
from squall.runner.run import Run
from squall.scenario.model import Scenario

MAX_NAMED = 4


def differences_of_runs(a: Run, b: Run) -> list[str]:
    """What differs between two runs of one outage besides the app, one fact a line."""
    found = [*_load_differences(a, b), *_scenario_differences(a.scenario, b.scenario)]
    pairs = [
        ("seed", a.seed, b.seed),
        ("engine", a.engine, b.engine),
        ("deadline in seconds", *(one.evidence.contract.deadline_seconds for one in (a, b))),
    ]
    return found + [f"{what}: {old} and {new}" for what, old, new in pairs if old != new]


def _load_differences(a: Run, b: Run) -> Iterator[str]:
    loads = [one.scenario.load for one in (a, b)]
    if loads[0] != loads[1]:
        told = " and ".join(
            f"{one.rate_per_second:g}/s {one.arrivals}"
            + ("" if one.requests == "all" else f", {one.requests} only")
            for one in loads
        )
        yield f"load: {told}"
    asked = [{op.name for op in one.evidence.ops} for one in (a, b)]
    for which, only in (("first", asked[0] - asked[1]), ("second", asked[1] - asked[0])):
        if only:
            yield f"operations that only the {which} has: {listed(sorted(only), MAX_NAMED)}"


def _scenario_differences(a: Scenario, b: Scenario) -> Iterator[str]:
    """Of the library's definition: steps, windows, gates."""
    if a.steps != b.steps:
        yield "the faults, or how long they are in force"
    windows = [(one.before_seconds, one.after_seconds) for one in (a, b)]
    if windows[0] != windows[1]:
        told = " and ".join(f"{before:g} s / {after:g} s" for before, after in windows)
        yield f"windows before and after the faults: {told}"
    if (a.gates, a.should) != (b.gates, b.should):
        yield "gates or their limits"


def differences_of_suites(
    first: Sequence[StoredRun], second: Sequence[StoredRun]
) -> dict[str, list[str]]:
    """What differs, with the outages that it concerns: what concerns all of them is said once."""
    others = {each.run.scenario.name: each for each in second}
    found: dict[str, list[str]] = {}
    for one in first:
        name = one.run.scenario.name
        if name in others:
            facts = differences_of_runs(one.run, others[name].run)
            facts += _library_differences(one, others[name])
            for fact in facts:
                found.setdefault(fact, []).append(name)
    return found


def _library_differences(one: StoredRun, other: StoredRun) -> Iterator[str]:
    if one.app != other.app:
        yield f"app: {one.app or '?'} and {other.app or '?'}"
    if not one.versions or not other.versions:
        return  # an older Squall did not write them
    for name in sorted(one.versions.keys() | other.versions.keys()):
        old, new = (each.versions.get(name, "none") for each in (one, other))
        if old != new:
            yield f"{name}: {old} and {new}"


def difference_lines(found: dict[str, list[str]], compared: int) -> list[str]:
    """Sentences for the top of a comparison; empty when nothing but the app differs."""
    return [
        f"not the same in both runs: {fact}"
        + ("" if len(names) == compared else f" ({listed(names, MAX_NAMED)})")
        for fact, names in found.items()
    ]
