"""New rows with all that a refused request sent, committed when it had been refused.

    POST /entries {day: 3, words: "x"} ──▶ 503      nothing yet
                                                    entries: 3, "x", committed a second later

Only requests are looked for that sent what no other one sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import RowStoredLate
from squall.history.op import Op
from squall.lab.changed_rows import digests_of_row
from squall.lab.stored_batches import MAX_ROWS, Thing, things_of
from squall.lab.wal import RowChange

LATER_SECONDS = 0.3
"""From the answer to the commit. What comes sooner may have been under way."""
LEAST_VALUES = 2
"""One value alone may be another row's by chance."""


def find_late(
    changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[RowStoredLate]:
    """The first such row of each request; nothing if too many rows are new."""
    sent = [(op, things[0]) for op in ops if op.items and len(things := things_of(op)) == 1]
    often = Counter(_said(thing) for _, thing in sent)
    refused = [(op, thing) for op, thing in sent
               if op.status is not None and not op.good and len(thing) >= LEAST_VALUES
               and often[_said(thing)] == 1]  # fmt: skip
    new = [change for change in changes if change.kind == "insert"]
    if not refused or len(new) > MAX_ROWS:
        return
    rows = [(times[change.transaction], change.table, digests_of_row(change)) for change in new]
    for op, thing in refused:
        for at, table, values in rows:
            if at > op.done + LATER_SECONDS and thing.items() <= values.items():
                yield RowStoredLate(at=at, op=op.id, table=table)
                break


def _said(thing: Thing) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(thing.items()))
