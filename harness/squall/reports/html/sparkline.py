"""A run as a small picture without a script (SVG): waiting times and outcomes.

The height of a column is its slowest answer, on a logarithmic scale. Its colours show the share of
each outcome. The fault is in the background, and the deadline is a line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from squall.history.op import Op
from squall.reports.html.series import KINDS, bin_of, rate
from squall.reports.verdict_json import Reported
from squall.reports.windows import bands, start_of

WIDTH, HEIGHT = 300, 48

MIN_MS = 1.0
HEADROOM = 2.0
"""The scale ends at twice the deadline, or at the slowest answer."""

RECT = Markup('<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>')


def sparkline(reported: Reported) -> Markup:
    """An ``<svg>`` that stretches to its box. The text next to it has the same content."""
    body = Markup("").join(_shapes(reported))
    head = Markup(
        '<svg class="strip" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
    )
    return head.format(WIDTH, HEIGHT) + body + Markup("</svg>")


def _shapes(reported: Reported) -> Iterator[Markup]:
    evidence = reported.run.evidence
    ops = evidence.ops
    if not ops:
        return
    zero = start_of(evidence)
    columns = rate(ops, zero)
    width = columns["bin"]
    begin = columns["at"][0] - width / 2
    seconds = len(columns["at"]) * width
    deadline = evidence.contract.deadline_seconds * 1000
    most = max([deadline * HEADROOM, *(op.response_seconds * 1000 for op in ops)])
    for kind, *ends in bands(evidence, begin + seconds):
        left, right = (min(max((t - begin) / seconds, 0), 1) * WIDTH for t in ends)
        yield RECT.format(kind, left, 0, max(right - left, 1), HEIGHT)
    slowest = _slowest(ops, zero + begin, width, len(columns["at"]))
    for index, wait in enumerate(slowest):
        counts = [row[index] for row in columns["counts"]]
        yield from _column(index, len(slowest), _height(wait, most), counts)
    yield RECT.format("deadline", 0, HEIGHT - _height(deadline, most), WIDTH, 0.8)


def _slowest(ops: Sequence[Op], begin: float, width: float, bins: int) -> list[float]:
    found = [0.0] * bins
    for op in ops:
        index = min(bin_of(op.intended - begin, width), bins - 1)
        found[index] = max(found[index], op.response_seconds * 1000)
    return found


def _height(wait: float, most: float) -> float:
    """Pixels for a wait in milliseconds."""
    if wait <= 0:
        return 0.0
    share = math.log(max(wait, MIN_MS) / MIN_MS) / math.log(most / MIN_MS)
    return max(2.0, share * HEIGHT)


def _column(index: int, columns: int, height: float, counts: Sequence[int]) -> Iterator[Markup]:
    x, width, floor = index * WIDTH / columns, WIDTH / columns, float(HEIGHT)
    for kind, count in zip(KINDS, counts, strict=True):
        if count:
            part = height * count / sum(counts)
            floor -= part
            yield RECT.format(kind, x + 0.4, floor, width - 0.8, part)
