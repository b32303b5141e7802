"""The texts of a cell, the same in the terminal, in Markdown and in HTML."""

from __future__ import annotations

from squall_proof.patterns.matrix_figures import CellFigures, PatternFigures

SIGNS = {"pass": "✓", "fail": "✗", "inconclusive": "?", "ended": "✗", "no lab": "?"}
NOTHING = "-"


def verdict(cell: CellFigures) -> str:
    """``✓``, or a mark, the most severe gate and the count of others: ``✗ answered-in-time +2``."""
    sign = SIGNS[cell.verdict]
    if not cell.failed:
        return sign
    more = f" +{len(cell.failed) - 1}" if len(cell.failed) > 1 else ""
    return f"{sign} {cell.failed[0].gate}{more}"


def recovery(cell: CellFigures) -> str:
    """Time from the heal, or that recovery was not observed."""
    if cell.recovered and cell.recovery is not None:
        return f"{cell.recovery:.0f} ms"
    judged = any(each.gate == "recovery-time" for each in cell.failed)
    return "not seen" if judged and cell.verdict == "fail" else NOTHING


def share(value: float | None) -> str:
    """Per cent."""
    return NOTHING if value is None else f"{value:.0%}"


def time(value: float | None) -> str:
    """Milliseconds."""
    return NOTHING if value is None else f"{value:.0f} ms"


def number(value: float | None) -> str:
    """A count, or a rate."""
    return NOTHING if value is None else f"{value:.0f}"


def passed(pattern: PatternFigures) -> str:
    """``3 of 10``."""
    return f"{pattern.passed} of {pattern.of}"
