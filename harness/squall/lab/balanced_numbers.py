"""Numbers that agree with the rows that refer to theirs: places that are taken, a stock.

    bookings.room = 7    one more           rooms.taken of 7    + 1      a pair
    orders.item = 3      pieces: 5          items.stock of 3    - 5      a pair
                                            items.stock of 4    - 2      alone: half of a request

The two may be committed in one transaction or in two. By how much a row counts is learned from all
of them: always the same, or what the row says. Values are not kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from squall.core.events import NumberBalanced
from squall.lab.amounts import Amount, amounts
from squall.lab.families import Reference, references_among
from squall.lab.moved_numbers import MOST_MOVES, Numbers, changed_numbers, moves_of
from squall.lab.wal import RowChange, by_table

LEAST_PAIRS = 6
LEAST_SHARE = 0.7
"""Of the new rows, that a rule explains."""

Entry = tuple[str, Decimal, float]
"""The row whose number it is, by how much, and when it was committed."""


def find_balances(
    start: Numbers,
    changes: Sequence[RowChange],
    times: Mapping[int, float],
    declared: Iterable[Reference],
) -> Iterator[NumberBalanced]:
    """Each number with the first table whose rows it counts."""
    of_table = by_table(changes)
    references = sorted(references_among(changes, declared))
    for table, key, column, numbers, own in changed_numbers(start, changes):
        if len(own) > MOST_MOVES:
            continue
        moves = [(name, by, times[number]) for number, name, by in
                 moves_of(numbers, own, key, column)]  # fmt: skip
        for child, link, parent, parent_key in references:
            if (parent, parent_key) != (table, key) or child == table or not moves:
                continue
            paired = _paired(moves, of_table.get(child, []), link, times)
            if paired is not None:
                pairs, alone = paired
                yield NumberBalanced(at=max([*pairs, *alone]), column=f"{table}.{column}",
                                     made=child, pairs=pairs, alone=alone)  # fmt: skip
                break


def _paired(
    moves: Sequence[Entry], rows: Sequence[RowChange], link: str, times: Mapping[int, float]
) -> tuple[list[float], list[float]] | None:
    """When each pair was complete, and when what has none was committed; None without a rule."""
    new = sum(row.kind == "insert" for row in rows)
    best: tuple[list[float], list[float]] | None = None
    first = next((row for row in rows if row.kind == "insert"), None)
    for size in amounts((by for _, by, _ in moves), first):
        pairs, alone = _match(moves, list(_entries(rows, link, size, times)))
        enough = len(pairs) >= max(LEAST_PAIRS, LEAST_SHARE * new)
        if enough and (best is None or len(pairs) > len(best[0])):
            best = pairs, alone
    return best


def _entries(
    rows: Iterable[RowChange], link: str, size: Amount, times: Mapping[int, float]
) -> Iterator[Entry]:
    """What each new row counts, and each of them that is deleted again."""
    known: dict[tuple[str | None, ...], tuple[str, Decimal]] = {}
    for row in rows:
        name, by = row.new.get(link), size(row)
        if row.kind == "insert" and name is not None and by is not None:
            known[tuple(row.new.get(one) for one in row.key)] = name, by
            yield name, by, times[row.transaction]
        elif row.kind == "delete":
            gone = known.pop(tuple(row.old.get(one) for one in row.key), None)
            if gone is not None:
                yield gone[0], -gone[1], times[row.transaction]


def _match(moves: Iterable[Entry], counted: Iterable[Entry]) -> tuple[list[float], list[float]]:
    """Each move with the newest row of the same amount that has none, or the other way round: what
    is alone stays so. A move that is taken back leaves nothing.
    """
    entries = sorted([(at, False, name, by) for name, by, at in counted]
                     + [(at, True, name, by) for name, by, at in moves])  # fmt: skip
    left: defaultdict[tuple[bool, str, Decimal], list[float]] = defaultdict(list)
    pairs: list[float] = []
    for at, is_move, name, by in entries:
        if other := left[not is_move, name, by]:
            other.pop()
            pairs.append(at)
        else:
            left[is_move, name, by].append(at)
    alone: list[float] = []
    for (is_move, name, by), times in left.items():
        alone += times[len(left.get((is_move, name, -by), ())) :]
    return pairs, sorted(alone)
