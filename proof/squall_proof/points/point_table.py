"""What sweep and races found, as lines and as a table for documents."""

from __future__ import annotations

from collections.abc import Sequence

from squall_proof.points.point_trial import PointTrial


def line(one: PointTrial) -> str:
    """One app, as soon as it is done."""
    word = one.way or ("unclear" if one.unclear else "survived")
    told = one.found or one.unclear or f"{one.points} fault points, {one.races} races"
    return f"{word:9} {one.name} ({one.seconds:.1f} s): {told}"


def summary(trials: Sequence[PointTrial]) -> str:
    """The figures."""
    by = {way: sum(one.way == way for one in trials) for way in ("sweep", "baseline", "races")}
    unclear = sum(bool(one.unclear) for one in trials)
    slowest = max((one.seconds for one in trials if one.way), default=0.0)
    return (
        f"{by['sweep']} of {len(trials)} mutants caught by the sweep alone,"
        f" {by['sweep'] + by['baseline']} with the reference's baseline,"
        f" {sum(by.values())} with races, {unclear} unclear;"
        f" the slowest after {slowest:.1f} s"
    )


def markdown(trials: Sequence[PointTrial]) -> str:
    """For documents: first the caught ones, then the survivors."""
    lines = ["| mutant | caught by | seconds | first failure |", "|---|---|---:|---|"]
    for one in sorted(trials, key=lambda one: (not one.way, one.name)):
        found = (one.found or one.unclear or "-").replace("|", r"\|")
        lines.append(f"| {one.name} | {one.way or '-'} | {one.seconds:.1f} | {found} |")
    return "\n".join([*lines, "", summary(trials)]) + "\n"
