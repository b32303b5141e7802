"""Causes as lines for a terminal: what to fix first, where, and what would remain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from squall.core.counting import listed
from squall.gates.verdict import Verdict
from squall.reports.causes import Cause

MAX_NAMES = 8
FIRST = "Mend this first"


def causes_lines(causes: Sequence[Cause], reproduce: str) -> Iterator[tuple[str, str]]:
    """Pairs of a rich style and a line. A command has its own line, so that you can copy it."""
    for number, cause in enumerate(causes):
        failed = cause.verdict is Verdict.FAIL
        yield "bold", f"{number + 1}. {cause.headline}"
        if cause.at:
            yield "bold", f"   {cause.at}"
        yield from (("bold", f"   look at {line}") for line in cause.suspects)
        if cause.remedy is not None:
            first = FIRST if number == 0 and failed else "Remedy"
            yield "", f"   {first}: {cause.remedy.title} · squall explain {cause.remedy.key}"
        if failed:
            yield "", f"   {cause.after_it}"
        names = cause.names
        what = "failed" if failed else "proved nothing"
        yield "dim", f"   {what}: {listed(names, MAX_NAMES)}"
        yield "dim", f"   reproduce: {reproduce.replace('{name}', names[0])}"
