"""Answers that end early, or in which lines come twice, beside those to the same request.

without the fault   GET /export ──▶ 2311 bytes, each time
in the outage       GET /export ──▶ 2043 bytes    a part: an error ended it, or a page lacks
in the outage       GET /export ──▶ 4622 bytes    it began again after an error, behind what it
                                                  had sent
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from squall.gates.calm_answers import CalmAnswers
from squall.gates.calm_operation import media_type
from squall.history.op import Op
from squall.history.shape import REPEATED, read_shape

METRICS = "version="
"""Of Prometheus' format, which grows with the counters that are used."""
EVENTS = "text/event-stream"
"""Such a stream is read for a moment, and has no size."""
LEAST_SIZE, ALIKE, SHORTER = 40, 0.8, 0.9
"""Shares of a size: of the largest that the smallest is without the fault; and below which a text
in the outage is a part.
"""
LEAST_ALIKE = 3
"""Answers on each side of the outage in which no line comes twice."""


def shorter_text(op: Op, calm: CalmAnswers) -> Iterator[str]:
    """A page, a CSV or a row of JSON objects that ends early: its parts are not read here."""
    sizes = _sizes(op, calm)
    if sizes and min(sizes) >= ALIKE * max(sizes) and op.size < SHORTER * min(sizes):
        yield f"{op.name}: {op.size} bytes, without the fault {min(sizes)}"


def repeated_lines(op: Op, calm: CalmAnswers) -> Iterator[str]:
    """Lines of JSON that come twice, of an answer in which none ever does without the fault."""
    number = read_shape(op.shape).get(REPEATED)
    sides = calm.before.get(op.request, []), calm.after.get(op.request, [])
    often = all(len(side) >= LEAST_ALIKE for side in sides)
    if not number or not often or any(REPEATED in one for side in sides for one in side):
        return
    yield f"{op.name}: {number} lines come twice, and none does without the fault"


def _sizes(op: Op, calm: CalmAnswers) -> Sequence[int]:
    """Of answers to the same request on both sides; empty where nothing follows from them."""
    sizes = calm.same_sizes(op) if op.effect == "read" else []
    if not sizes or media_type(op) == EVENTS or min(sizes) < LEAST_SIZE:
        return ()
    if calm.removals or calm.restarts or METRICS in (op.content_type or ""):
        return ()
    return sizes
