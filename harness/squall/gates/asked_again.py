"""What failed in an outage is asked again after it: each must be served.

    outage   GET /items/7 ──▶ 503      POST /orders {"item": 7} ──▶ 503
    after    GET /items/7 ──▶ 200      POST /orders {"item": 7} ──▶ 201

A lock for each item that an error keeps, an error that is remembered under its key: of a hundred
items, seven alone may fail for ever. The other items hide it, and the load may not ask for this one
again. A write is asked for by another client, with a key of its own.

Some reads that were answered are asked again, too, to be compared: those of what was not found,
those of items that were updated since, or whose update failed, those whose answer in the outage was
another one than before it, those that show one number for different items, lists that were asked
for once, in the outage, what others of its kind are not: allowed, and some that were asked for
before the outage only. So are reads of what was written in the outage: another process may serve by
then, which has not seen it.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from squall.gates.blamed_clients import operations_that_forbid
from squall.gates.calm_answers import GONE
from squall.history.evidence import Evidence
from squall.history.op import FIRST_EXTRA, FIRST_READ_BACK, Op
from squall.history.shape import NUMBER, read_shape

MOST = 20
"""Requests that are asked again."""
MOST_SERVED = 10
"""Of each kind that was served."""
MOST_READ_BACK = 6
"""Reads of what was written in the outage."""
MOST_ALLOWED = 40
"""A check that fails open lets in few of those that are served."""
MOST_WRITES = 6
"""The newest ones: what an error has kept also refuses the requests after it."""
MIN_TRIES = 3
"""Repeats with the same key that say that a refusal lasts."""
QUICK_SECONDS = 0.5
"""A refusal that took longer may be a wait that was in vain."""
LEAST_SECONDS = 0.5
"""After the heal, that the app may need in any case."""
LATELY_SECONDS = 1.0
"""An operation that was served so shortly before is served at that time."""
MIN_GOOD = 3
"""An operation with fewer successes before the outage may fail by itself for some values."""
GET = "GET "
MAKES_OR_CHANGES = ("POST ", "PUT ", "PATCH ")


def unserved(ops: Iterable[Op]) -> dict[str | int, Op]:
    """The last answer to each request that reads, and failed when it was asked for last, by its
    target.
    """
    last: dict[str | int, Op] = {}
    for op in sorted(ops, key=lambda op: op.done):
        planned = op.id < FIRST_READ_BACK or op.asked_again
        if planned and op.effect == "read" and op.request.startswith(GET):
            last[op.target] = op
    return {target: op for target, op in last.items() if op.is_servers_error}


def never_served(ops: Sequence[Op], since: float) -> list[Op]:
    """Requests that were asked again at ``since`` or later, and failed again."""
    last = [*unserved(ops).values(), *unserved_writes(ops).values()]
    return [op for op in last if op.asked_again and op.sent >= since]


def refused_repeats(ops: Sequence[Op]) -> list[Op]:
    """The last answer to each write that its own client sends again and again with its key, if it
    is told to come again each time, while others of its operation are served.
    """
    tries: defaultdict[int, list[Op]] = defaultdict(list)
    for op in sorted(ops, key=lambda op: op.done):
        if op.repeats is not None:
            tries[op.repeats].append(op)
    refused = [
        some[-1] for some in tries.values()
        if len(some) >= MIN_TRIES and all(op.may_pass for op in some)
    ]  # fmt: skip
    served = {op.name: op.sent for op in sorted(ops, key=lambda op: op.sent) if op.good}
    return [op for op in refused if served.get(op.name, -math.inf) >= op.sent - LATELY_SECONDS]


def refused_for_good(evidence: Evidence) -> list[Op]:
    """Those that are refused, each time at once, longer after the heal than a request may take."""
    healed, deadline = evidence.last_healed, evidence.contract.deadline_seconds
    if healed is None:
        return []
    quick = Counter(
        op.repeats
        for op in evidence.ops
        if op.may_pass and op.sent >= healed and op.done - op.sent < QUICK_SECONDS
    )
    since = healed + max(LEAST_SECONDS, deadline)
    return [
        op for op in refused_repeats(evidence.ops)
        if op.sent >= since and quick[op.repeats] >= MIN_TRIES
    ]  # fmt: skip


def failed_writes(ops: Sequence[Op], begun: float) -> list[Op]:
    """Writes of the plan that failed in the outage or later, of operations that did not fail before
    it.
    """
    before = [op for op in ops if op.done < begun]
    well = Counter(op.name for op in before if op.good)
    ill = {op.name for op in before if op.is_servers_error or op.may_pass}
    found = [
        op
        for op in sorted(ops, key=lambda op: op.sent)
        if op.id < FIRST_EXTRA and op.done >= begun and op.may_pass
        and op.request.startswith(MAKES_OR_CHANGES) and op.effect != "read"
        and well[op.name] >= MIN_GOOD and op.name not in ill
    ]  # fmt: skip
    return found[-MOST_WRITES:]


def unserved_writes(ops: Iterable[Op]) -> dict[str | int, Op]:
    """The last answer to each write that was asked for again, by its target, if it failed again."""
    again = (op for op in ops if op.asks_for_write is not None)
    last = {op.target: op for op in sorted(again, key=lambda op: op.done)}
    return {target: op for target, op in last.items() if op.may_pass}


def updated_since(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads of items that were updated after their last answer, in the outage or later."""
    pairs = _updates_with_reads(ops, begun)
    found = [read for op, read in pairs if op.good and read.done < op.done]
    return list(dict.fromkeys(found))[:MOST_SERVED]


def perhaps_updated(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads of items whose last update in the outage failed, and may have been stored all the same:
    a cache that only a success renews is behind until the next update.
    """
    last = {read.request: (op, read) for op, read in _updates_with_reads(ops, begun)}
    return [read for op, read in last.values() if not op.good][:MOST_SERVED]


def _updates_with_reads(ops: Sequence[Op], begun: float) -> list[tuple[Op, Op]]:
    """The updates of the outage and later in their order, with the last read of their item."""
    last: dict[tuple[str, ...], Op] = {}
    for op in sorted(ops, key=lambda op: op.done):
        if _is_planned_read(op) and op.good:
            last[tuple(op.segments)] = op
    return [
        (op, read)
        for op in sorted(ops, key=lambda op: op.sent)
        if op.wanted and op.sent >= begun
        for parts in (tuple(op.segments), tuple(op.segments[:-1]))
        if (read := last.get(parts)) is not None
    ]


def unlike_before(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads whose answer in the outage was another one than before it."""
    before = {
        op.request: (op.shape, op.texts)
        for op in ops
        if _is_planned_read(op) and op.good and op.done < begun
    }
    found = {
        op.request: op
        for op in ops
        if _is_planned_read(op) and op.good and op.done >= begun and op.request in before
        and before[op.request] != (op.shape, op.texts)
    }  # fmt: skip
    return list(found.values())[:MOST_SERVED]


def not_found(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads of which the outage said that there is no such thing."""
    found = {
        op.request: op
        for op in ops
        if _is_planned_read(op) and op.done >= begun and op.status in GONE
    }
    return list(found.values())[:MOST_SERVED]


def asked_once(ops: Sequence[Op], begun: float) -> list[Op]:
    """Lists that were asked for in the outage only, the shortest ones first."""
    known = {op.request for op in ops if op.sent < begun}
    lengths = {
        op: length
        for op in ops
        if _is_planned_read(op) and op.good and op.request not in known
        for length in read_shape(op.shape).values()
        if isinstance(length, int)
    }
    return sorted(lengths, key=lambda op: lengths[op])[:MOST_SERVED]


def alike(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads of different items that show the same number in the outage, which none showed before:
    it may be a default.
    """
    reads = [op for op in ops if _is_planned_read(op) and op.good and op.texts]
    known = {shown for op in reads if op.done < begun for shown in _numbers(op)}
    groups: defaultdict[tuple[str, str, str], dict[str, Op]] = defaultdict(dict)
    for op in reads:
        for shown in _numbers(op) - known if op.done >= begun else ():
            groups[shown][op.request] = op
    found = [op for group in groups.values() if len(group) > 1 for op in group.values()]
    return list(dict.fromkeys(found))[:MOST_SERVED]


def allowed(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads that were served in the outage, and never before it, though others were forbidden."""
    strict = operations_that_forbid(op for op in ops if _is_planned_read(op) and op.done < begun)
    served = [op for op in ops if _is_planned_read(op) and op.name in strict and op.good]
    known = {op.request for op in served if op.done < begun}
    found = {op.request: op for op in served if op.request not in known}
    return list(found.values())[:MOST_ALLOWED]


def not_since(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads that were served before the outage, and not asked for since: the newest ones."""
    reads = [op for op in ops if _is_planned_read(op)]
    since = {op.request for op in reads if op.done >= begun}
    found = {op.request: op for op in reads if op.good and op.request not in since}
    return list(found.values())[-MOST_SERVED:]


def read_back_in_it(ops: Sequence[Op], begun: float) -> list[Op]:
    """Reads of writes that were acknowledged in the outage, and were found: the newest ones."""
    found = {op.request: op for op in ops if op.is_read_back and op.good and op.sent >= begun}
    return list(found.values())[-MOST_READ_BACK:]


def _numbers(op: Op) -> set[tuple[str, str, str]]:
    found: dict[str, str] = json.loads(op.texts)
    return {(op.name, field, text) for field, text in found.items() if text.startswith(NUMBER)}


def _is_planned_read(op: Op) -> bool:
    return op.id < FIRST_READ_BACK and op.effect == "read" and op.request.startswith(GET)
