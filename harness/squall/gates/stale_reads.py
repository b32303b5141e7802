"""Reads that show what an item was before its last update, though they are not copies.

    PUT /items/7 {"stock": 5} ──▶ 200, committed
    GET /items/7 ──▶ {"stock": 4}      long after: a cache that nobody has emptied

Only items are compared whose operations were seen without a fault to show an update at once: a
cache that is behind without a fault is meant to be.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from squall.core.events import UpdateShown
from squall.gates.row_log import Place, RowLog
from squall.gates.stored_updates import Updates
from squall.history.entries import as_reads
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import digests_of_values

SETTLED_SECONDS = 0.15
"""From a commit until every read shows it."""
HEALED_SECONDS = 0.2
"""From the heal, and from the first write that worked after it."""
LEAST = 2
"""One alone may be a read that overtook another one."""
LEAST_SHOWN = 2
"""Trials without a fault that prove that an update is shown at once."""


@dataclass(frozen=True, slots=True)
class StaleReads:
    """The reads that could be compared with the server's log."""

    compared: int
    stale: list[Op]


def find_stale_reads(
    evidence: Evidence, log: RowLog, updates: Updates, *, at_once: bool = False
) -> StaleReads:
    """With ``at_once`` also those during the faults, where the database works all the time."""
    places = _places_of_reads(evidence, updates)
    since = -math.inf if at_once else works_again(evidence)
    found = [
        (op, fresh)
        for op in [*evidence.ops, *as_reads(evidence.ops)]
        if op.name in places and op.good and not op.copy and op.texts and op.sent >= since
        for fresh in _compared(op, log, places[op.name], SETTLED_SECONDS + updates.dated_early)
    ]  # fmt: skip
    stale = list({op.id: op for op, fresh in found if not fresh}.values())
    if len(stale) < LEAST or not any(fresh for _, fresh in found):
        stale = []  # nothing is fresh: it still serves its copies
    return StaleReads(len(found), stale)


def _places_of_reads(evidence: Evidence, updates: Updates) -> Mapping[str, frozenset[Place]]:
    shown: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for event in evidence.events:
        if isinstance(event, UpdateShown):
            shown[event.write, event.read].append(event.fresh)
    found: dict[str, frozenset[Place]] = {}
    for (write, read), fresh in shown.items():
        if len(fresh) >= LEAST_SHOWN and all(fresh):
            found[read] = found.get(read, frozenset()) | updates.places.get(write, frozenset())
    return found


def works_again(evidence: Evidence) -> float:
    """From when on the app has no reason to answer from a copy; infinite if never."""
    healed = evidence.last_healed
    if healed is None:
        return math.inf
    writes = (op.done for op in evidence.ops if op.effect != "read" and op.good)
    return HEALED_SECONDS + min((done for done in writes if done > healed), default=math.inf)


def _compared(op: Op, log: RowLog, places: frozenset[Place], settled: float) -> Iterator[bool]:
    """For each place whose value is known from the log: whether the answer has it."""
    shown = digests_of_values(op.texts)
    for place in places:
        changes = log.of(op, place)
        earlier = [one for one in changes if one.at <= op.sent - settled]
        if place.field not in shown or not earlier:
            continue
        current = [one for one in changes if earlier[-1].at <= one.at <= op.done]
        yield shown[place.field] in {one.values[place.column] for one in current}
