"""A page that is shorter in the outage than all others, and was never asked for before it.

before   GET /items?after=0    10 entries, and so has each other page
during   GET /items?after=40    5 entries
after    GET /items?after=40   10 entries, when it is asked for again: the first answer was a part
"""

from __future__ import annotations

from collections.abc import Iterator

from squall.gates.calm_answers import CalmAnswers
from squall.gates.calm_operation import CalmOperation
from squall.history.op import Op
from squall.history.shape import Shape


def parts_of_pages(op: Op, shape: Shape, known: CalmOperation, calm: CalmAnswers) -> Iterator[str]:
    """The lists of an answer that are a part of a page, each as a text."""
    later = calm.after.get(op.request, [])
    if op.request in calm.before or not later or calm.removals:
        return
    for place, usual in known.full_pages.items():
        own = shape.get(place)
        if isinstance(own, int) and own < usual and all(one.get(place) == usual for one in later):
            shown = place or "the answer"
            yield f"{op.name}: {shown} has {own} entries, a whole page has {usual}"
