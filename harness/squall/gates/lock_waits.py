"""Reads that lose their time to locks, and not to a busy machine.

    writes under way        ▇▇▇▇▇▇▇▇▇▇▇▇   6        each may wait for a lock
    sessions that wait      ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇   9  three more: of reads
    reads under way               ▇▇▇▇▇▇   3

A statement that was given up may wait on for a while, so the share of the processor counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from squall.core.events import BackendsSampled
from squall.gates.starvation import STARVED_SHARE, share_around
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_SAMPLES = 3
MOST = 0.5
"""Of the samples of one read."""


def lost_to_locks(evidence: Evidence, reads: Sequence[Op]) -> list[Op]:
    """Those of these reads in whose time more sessions waited for locks than writes were under way,
    while the app got the processors that it wanted.
    """
    writes = [op for op in evidence.ops if op.effect != "read"]
    samples = [event for event in evidence.events if isinstance(event, BackendsSampled)]
    beyond = [
        (one.at, one.waiting_for_locks > sum(op.sent <= one.at <= op.done for op in writes))
        for one in samples
    ]
    return [op for op in reads if _waits(op, beyond) and _had_processor(evidence, op)]


def _waits(op: Op, beyond: Sequence[tuple[float, bool]]) -> bool:
    inside = [is_more for at, is_more in beyond if op.sent <= at <= op.done]
    return len(inside) >= LEAST_SAMPLES and sum(inside) >= MOST * len(inside)


def _had_processor(evidence: Evidence, op: Op) -> bool:
    share = share_around(evidence, op.sent, op.done)
    return share is not None and share < STARVED_SHARE / 2
