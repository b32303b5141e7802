"""Numbers of rows that paths name, and how much each commit moved them: counters and versions.

    POST /counters/7/visits      counters.id = 7   visits: 3 ─▶ 4, moved by 1

Only differences are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import NumbersCounted
from squall.history.op import Op
from squall.lab.moved_numbers import MOST_MOVES, Numbers, moves_of
from squall.lab.wal import RowChange, by_table


def find_counts(
    start: Numbers, changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[NumbersCounted]:
    """The moves of each column of which a row is named. A table that is emptied is left out."""
    named, of_table = named_by_writes(ops), by_table(changes)
    for (table, key, column), numbers in start.items():
        own = of_table.get(table, [])
        if any(change.kind == "truncate" for change in own):
            continue
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
    return {segment for op in ops if op.effect != "read" for segment in op.segments}
