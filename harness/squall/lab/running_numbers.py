"""Columns that count new rows, such as the numbers of invoices, and numbers that were given twice.

invoices.number    1, 2, 3, 4, 4, 5     two rows have the same one

A column counts if many of its numbers differ, hardly any is left out, and they grow from one row to
the next. What refers to another table is no such number, nor is a time in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from squall.core.events import NumbersRun
from squall.lab.families import Gone, Reference, references_among
from squall.lab.wal import RowChange, by_table

LEAST_ROWS = 12
MAX_ROWS = 3000
LONGEST = 9
"""Digits; a time has ten."""
BEHIND = 5
"""A number that was drawn earlier may be committed later, by so many."""
OFTEN = 0.9
SAME = 4
"""Rows with one number, at most: so many requests may meet when each statement is slow."""
SPREAD = 2
"""From the smallest to the largest there are this many times as many numbers as rows, at most."""


def find_given_twice(
    changes: Sequence[RowChange], times: Mapping[int, float], declared: Iterable[Reference]
) -> Iterator[NumbersRun]:
    """Each such column in which a number was given twice."""
    new = [change for change in changes if change.kind == "insert"]
    refer = {(table, column) for table, column, *_ in references_among(new, declared)}
    gone = Gone(changes)
    for table, all_rows in sorted(by_table(new).items()):
        rows = [row for row in all_rows if row not in gone][:MAX_ROWS]
        if len(rows) < LEAST_ROWS:
            continue
        for column in sorted(rows[0].new.keys() - set(rows[0].key)):
            numbers = _numbers(rows, column)
            if (table, column) not in refer and _run_with_pairs(numbers):
                yield NumbersRun(
                    at=max(times[row.transaction] for row in rows),
                    column=f"{table}.{column}",
                    commits=[times[row.transaction] for row in rows],
                    numbers=[number - min(numbers) for number in numbers],
                )


def _numbers(rows: Sequence[RowChange], column: str) -> list[int]:
    """Of all rows; empty if one of them has none."""
    found = [row.new.get(column) or "" for row in rows]
    whole = all(value.isdecimal() and len(value) <= LONGEST for value in found)
    return [int(value) for value in found] if whole else []


def _run_with_pairs(numbers: Sequence[int]) -> bool:
    """Whether they count, and two are the same."""
    if not numbers:
        return False
    different = len(set(numbers))
    spread = max(numbers) - min(numbers) + 1
    counts = SAME * different > len(numbers) and spread <= SPREAD * different
    return counts and different < len(numbers) and _grow(numbers)


def _grow(numbers: Sequence[int]) -> bool:
    """Whether nearly each of them is beyond the ones before it, or close to that."""
    highest = accumulate(numbers, max)
    close = sum(number >= most - BEHIND for number, most in zip(numbers, highest, strict=True))
    return close >= OFTEN * len(numbers)
