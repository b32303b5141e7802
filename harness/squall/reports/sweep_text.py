"""A sweep on a terminal, and as Markdown for a job summary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from squall.reports.sweep_failures import failing_lines
from squall.reports.sweep_page import blocks
from squall.sweeping.sweep_result import SweepResult

MAX_SHOWN = 20
MAX_SQL = 48


def result_lines(result: SweepResult, files: Path) -> Iterator[str]:
    """The heat map, the failing cells with their commands, and the coverage."""
    yield from _heat_map(result)
    for left in result.left_out:
        yield f"left out: {left.operation}: {left.reason}"
    for note in result.notes:
        yield f"note: {note}"
    for problem in result.problems:
        yield f"problem: {problem}"
    for one in result.failed[:MAX_SHOWN]:
        yield ""
        yield from failing_lines(result, one)
    if len(result.failed) > MAX_SHOWN:
        yield f"… and {len(result.failed) - MAX_SHOWN} more in {files / 'sweep.html'}"
    yield ""
    yield result.headline
    swept = f"{len(result.operations)} operations, {len(result.results)} cells"
    pruned = f"{len(result.pruned)} pruned (--exhaustive runs them)"
    yield f"{swept} in {result.seconds:.1f} s, {pruned} · seed {result.seed} · files in {files}"


def _heat_map(result: SweepResult) -> Iterator[str]:
    for block in blocks(result):
        yield ""
        yield f"{block.operation}" + (" · from here on until healed" if block.mode == "on" else "")
        yield f"  {'':{MAX_SQL + 8}} " + " ".join(block.faults)
        for row in block.rows:
            cells = " ".join(
                ("" if one is None else one.mark).center(len(fault))
                for fault, one in zip(block.faults, row.cells, strict=True)
            )
            yield f"  {row.title:>7} {row.statement[:MAX_SQL]:{MAX_SQL}} {cells}".rstrip()


def summary_markdown(result: SweepResult) -> str:
    """For ``$GITHUB_STEP_SUMMARY``."""
    lines = [f"## Squall sweep: {100 * result.coverage:.1f} % fault-point coverage", ""]
    lines += [result.headline, "", *(f"problem: {one}\n" for one in result.problems)]
    if result.failed:
        lines += ["| cell | what is wrong | repeat |", "|---|---|---|"]
    for one in result.failed[:MAX_SHOWN]:
        known_word = " (baseline)" if one.cell in result.limits.known else ""
        text = one.problems[0].text.replace("|", r"\|").replace("<", "&lt;")
        lines.append(f"| `{one.cell.id}`{known_word} | {text} | `{result.command(one.cell)}` |")
    return "\n".join(lines) + "\n"
