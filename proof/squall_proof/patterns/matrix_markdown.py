"""The matrix as Markdown between two markers of a page. Only that part of the page is rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from squall.core.errors import UsageError

from squall_proof.patterns import matrix_labels as words
from squall_proof.patterns.matrix_figures import MatrixTable, PatternFigures

BEGIN = "<!-- patterns: begin -->"
END = "<!-- patterns: end -->"


def markdown(table: MatrixTable) -> str:
    """The complete block, without its markers."""
    return "\n".join(_lines(table)) + "\n"


def _lines(table: MatrixTable) -> Iterator[str]:
    yield f"Made by `{table.command}` on {table.machine}."
    yield ""
    yield from _grid(SUMMARY, [_summary(each) for each in table.patterns])
    yield ""
    names = [outage.name for outage in table.outages]
    verdicts = [
        (f"`{each.name}`", *(words.verdict(table.cell(each.name, name)) for name in names))
        for each in table.patterns
    ]
    yield from _grid(("pattern", *names), verdicts)
    for name, reason in table.skipped:
        yield ""
        yield f"Not tried: `{name}`: {reason}."
    for outage in table.outages:
        yield ""
        yield f"### {outage.name}"
        yield ""
        yield outage.story
        yield ""
        yield from _grid(HEADINGS, [_row(table, each.name, outage.name) for each in table.patterns])


SUMMARY = ("pattern", "survived", "reads/s in calm", "connections in calm")
HEADINGS = (
    "pattern",
    "failed",
    "recovery",
    "good during",
    "good after",
    "p95 during",
    "p95 after",
    "connections",
)


def _summary(each: PatternFigures) -> Sequence[str]:
    rate, sessions = words.number(each.per_second), words.number(each.connections)
    return (f"`{each.name}`", words.passed(each), rate, sessions)


def _row(table: MatrixTable, pattern: str, outage: str) -> Sequence[str]:
    cell = table.cell(pattern, outage)
    failed = ", ".join(each.gate for each in cell.failed)
    return (
        f"`{pattern}`",
        failed or words.SIGNS[cell.verdict],
        words.recovery(cell),
        words.share(cell.good_during),
        words.share(cell.good_after),
        words.time(cell.p95_during),
        words.time(cell.p95_after),
        words.number(cell.connections),
    )


def _grid(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        cells = (cell.replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"


def check_page(path: Path) -> None:
    """Check that the page can be rewritten, before the measurement, which takes minutes.

    Raises:
        UsageError: it does not exist, or does not have both markers, once and in order.
    """
    _around(path)


def rewrite(path: Path, block: str) -> None:
    """Write ``block`` between the markers of a page. The rest of the page is not changed.

    Raises:
        UsageError: as :func:`check_page`.
    """
    head, tail = _around(path)
    path.write_text(f"{head}{BEGIN}\n\n{block}\n{END}{tail}", encoding="utf-8")


def _around(path: Path) -> tuple[str, str]:
    """The text before and after the markers."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in tail:
        raise UsageError(f"{path}: must have the lines {BEGIN} and {END} once each, in this order")
    return head, tail
