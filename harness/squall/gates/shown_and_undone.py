"""What reads show of updates that were refused and never committed: a cache ahead of its database.

    GET /items/7 ──▶ {"price": 4}
    PUT /items/7/price {"price": 5} ──▶ 503       no transaction has stored 5
    GET /items/7 ──▶ {"price": 5}                 whether it says that it is a copy or not

It ends when another request wants the same value. What the row had before must be known, from the
server's log or from a read.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from squall.gates.row_log import Place, RowLog, read_log
from squall.gates.stored_updates import (
    SLACK_SECONDS,
    is_update,
    judge_updates,
    varied_places,
    wanted_of,
)
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.history.shape import digests_of_values


def shown_and_undone(evidence: Evidence) -> Iterator[tuple[Op, str]]:
    """Reads that show a value of such an update; each with the update's name."""
    log = read_log(evidence)
    if log is None:
        return
    updates = [op for op in evidence.ops if is_update(op)]
    known = judge_updates(evidence, log).places
    reads: defaultdict[str, list[Op]] = defaultdict(list)
    for op in evidence.ops:
        if op.effect == "read" and op.good and op.texts:
            reads[op.path].append(op)
    varied = varied_places(updates, known)
    for update in updates:
        own = [*reads[update.path], *reads[update.path.rpartition("/")[0]]]
        for place in known.get(update.name, ()) if update.outcome is not Outcome.APPLIED else ():
            if (update.name, place) in varied:
                for read in _shown(update, place, own, log, updates):
                    yield read, update.name


def _shown(
    update: Op, place: Place, reads: Sequence[Op], log: RowLog, updates: Sequence[Op]
) -> Iterator[Op]:
    """The reads that show the value, though nobody had stored it by then."""
    value = wanted_of(update).get(place.field)
    others = [op.sent for op in updates
              if op.id != update.id and op.path == update.path
              and wanted_of(op).get(place.field) == value]  # fmt: skip
    until = min(others, default=math.inf)
    changes = log.of(update, place)
    stored = any(one.values[place.column] == value and one.at < until - SLACK_SECONDS
                 for one in changes)  # fmt: skip
    if stored or until <= update.done or value is None:
        return
    before = [_value_of(read, place) for read in reads if read.done <= update.sent]
    earlier = [one for one in changes if one.at < update.sent - SLACK_SECONDS]
    if value in before or not (earlier or any(before)):
        return  # the row may have had it all along
    for read in reads:
        if update.done < read.sent and read.done < until and _value_of(read, place) == value:
            yield read


def _value_of(read: Op, place: Place) -> str | None:
    return digests_of_values(read.texts).get(place.field)
