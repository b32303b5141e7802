"""Numbers of rows that paths name, and how much each commit moved them: counters and versions.

    POST /counters/7/visits      counters.id = 7   visits: 3 ─▶ 4, moved by 1

Only differences are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from squall.core.events import NumbersCounted
from squall.history.op import Op
from squall.lab.moved_numbers import MOST_MOVES, Numbers
from squall.lab.wal import RowChange


def find_counts(
    start: Numbers, changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[NumbersCounted]:
    """The moves of each column of which a row is named. A table that is emptied is left out."""
    named = {segment for op in ops if op.effect != "read" for segment in op.segments}
    of_table: defaultdict[str, list[RowChange]] = defaultdict(list)
    for change in changes:
        of_table[change.table].append(change)
    for (table, key, column), numbers in start.items():
        own = of_table.get(table, [])
        if any(change.kind == "truncate" for change in own):
            continue
        moves = list(_moves(numbers, own, key, column))
        if len(moves) <= MOST_MOVES and any(name in named for _, name, _ in moves):
            yield NumbersCounted(
                at=times[moves[-1][0]],
                column=f"{table}.{column}",
                commits=[times[number] for number, _, _ in moves],
                rows=[name if name in named else "" for _, name, _ in moves],
                moves=[float(by) for _, _, by in moves],
            )


def _moves(
    numbers: Mapping[str, Decimal], changes: Iterable[RowChange], key: str, column: str
) -> Iterator[tuple[int, str, Decimal]]:
    """Transaction, key of the row, and by how much it was moved; a new row begins with its own."""
    now = dict(numbers)
    for change in changes:
        name, value = change.new.get(key), _number(change.new.get(column))
        if name is None or value is None:
            continue
        if change.kind == "update" and name in now and value != now[name]:
            yield change.transaction, name, value - now[name]
        now[name] = value


def _number(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
