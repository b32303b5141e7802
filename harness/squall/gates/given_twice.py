"""Numbers that count new rows, as those of invoices do, and were given to two of them.

before the fault    invoices.number 1, 2, 3, 4, 5, 6       each has its own
since then          invoices.number 7, 8, 8, 9, 10, 10     the next one was taken by two at once
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from squall.core.events import NumbersRun
from squall.gates.committed_rows import MIN_LEARNED
from squall.history.evidence import Evidence

LEAST = 2
"""Numbers that were given twice. One alone may have its reason."""
SELDOM = 0.25
"""Share of the rows before the fault whose number another one has: two of them may meet without a
fault, too.
"""
MORE = 2.0
"""So many times that share they are since the fault: a column with equal numbers has them always.
"""


@dataclass(frozen=True, slots=True)
class GivenTwice:
    """A column that counts rows, and how often it did not since the fault."""

    column: str
    numbers: int
    """That several rows have."""
    rows: int
    """That were committed since the fault."""


def given_twice(evidence: Evidence) -> Iterator[GivenTwice]:
    """The columns whose numbers were different before the fault, but for a few. Rows of one
    transaction may have one number, such as that of their batch.
    """
    start = evidence.first_injected
    events = [one for one in evidence.events if isinstance(one, NumbersRun)]
    for event in events if start is not None else ():
        pairs = list(zip(event.commits, event.numbers, strict=True))
        early = [number for at, number in pairs if at < (start or 0.0)]
        late = [number for at, number in pairs if at >= (start or 0.0)]
        usual = _share_of_equals(early)
        if len(early) < MIN_LEARNED or usual > SELDOM or _share_of_equals(late) < MORE * usual:
            continue
        apart = Counter(number for _, number in set(pairs))
        twice = [number for number in set(late) if apart[number] > 1]
        if len(twice) >= LEAST:
            yield GivenTwice(event.column, len(twice), len(late))


def _share_of_equals(numbers: Sequence[int]) -> float:
    return 1 - len(set(numbers)) / len(numbers) if numbers else 0.0
