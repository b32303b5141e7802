"""Requests that sent several things, of which some only were stored.

    in calm          POST /readings with three of them ──▶ three new rows with their values
    in the outage    POST /readings with three of them ──▶ 503, and one new row

An operation is judged if each acknowledged request without a fault had a row for each of its
things, and none had a part. 207 says that there may be parts, and 202 that they come later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from squall.core.events import BatchStored
from squall.history.evidence import Evidence
from squall.history.op import ACCEPTED, Op

LEAST_BATCHES = 4
"""Requests from which it is learned. That several values of several rows agree by chance is rare.
"""
MULTI_STATUS = 207


def parted_batches(evidence: Evidence) -> list[tuple[Op, BatchStored]]:
    """The requests since the fault that were done in part."""
    batches = [event for event in evidence.events if isinstance(event, BatchStored)]
    start = evidence.first_injected
    if not batches or start is None:
        return []
    calm = _of(evidence.calm.ops, evidence.calm.batches)
    run = _of(evidence.ops, batches)
    usual = [*calm, *((op, one) for op, one in run if op.done < start)]
    whole: defaultdict[str, int] = defaultdict(int)
    parted = {op.name for op, one in usual if _is_part(one) or (op.good and not one.stored)}
    for op, one in usual:
        whole[op.name] += op.good and one.stored == one.items
    return [
        (op, one)
        for op, one in run
        if op.done >= start and _is_part(one)
        and whole[op.name] >= LEAST_BATCHES and op.name not in parted
        and op.status not in (ACCEPTED, MULTI_STATUS)
    ]  # fmt: skip


def _is_part(one: BatchStored) -> bool:
    return 0 < one.stored < one.items


def _of(ops: Iterable[Op], batches: Iterable[BatchStored]) -> list[tuple[Op, BatchStored]]:
    by_id = {op.id: op for op in ops}
    return [(by_id[one.op], one) for one in batches if one.op in by_id]
