"""Numbers of rows that paths name, and how much each commit moved them: counters and versions.

    POST /counters/7/visits      counters.id = 7   visits: 3 ─▶ 4, moved by 1

Only differences are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import NumbersCounted
from squall.history.op import Op
from squall.lab.changed_rows import named_values
from squall.lab.moved_numbers import MOST_MOVES, Numbers, changed_numbers, moves_of
from squall.lab.wal import RowChange


def find_counts(
    start: Numbers, changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[NumbersCounted]:
    """The moves of each column of which a row is named. A table that is emptied is left out."""
    named = named_by_writes(ops)
    for table, key, column, numbers, own in changed_numbers(start, changes):
        moves = list(moves_of(numbers, own, key, column))
        if len(moves) <= MOST_MOVES and any(name in named for _, name, _ in moves):
            yield NumbersCounted(
                at=times[moves[-1][0]],
                column=f"{table}.{column}",
                commits=[times[number] for number, _, _ in moves],
                rows=[name if name in named else "" for _, name, _ in moves],
                moves=[float(by) for _, _, by in moves],
            )


def named_by_writes(ops: Iterable[Op]) -> set[str]:
    """The parts of the paths of writes, some of which name rows."""
    return named_values(op for op in ops if op.effect != "read")
