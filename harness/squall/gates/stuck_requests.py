"""Requests that are refused for ever, although all others are served again after the heal.

    POST /sales        ✗ ✗ ✗ ✗ ✗   since the heal      an error path keeps the lock of all sales
    GET /stations/7    ✗   ✗   ✗   since the heal      and the entry of station 7
    GET /stations/8    ✓   ✓   ✓

Few requests of many do not show in the time of recovery, which ends with a row of good answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from squall.history.evidence import Evidence
from squall.history.op import Op

OF_OPERATION = 5
"""This many requests of one operation in a row, up to the end, are not chance."""
OF_PATH = 3


def stuck_requests(evidence: Evidence, after: Sequence[Op]) -> list[list[Op]]:
    """The requests since the heal that failed in a row, up to the end, for each operation or path
    that succeeded without the fault.
    """
    well = {key for op in evidence.window("before") if op.good for key, _ in _keys(op)}
    rows: defaultdict[Hashable, list[Op]] = defaultdict(list)
    least: dict[Hashable, int] = {}
    for op in after:
        for key, number in _keys(op):
            least[key] = number
            if op.is_servers_error and not op.good:
                rows[key].append(op)
            else:
                rows[key].clear()
    return [ops for key, ops in rows.items() if key in well and len(ops) >= least[key]]


def _keys(op: Op) -> Iterator[tuple[Hashable, int]]:
    yield op.name, OF_OPERATION
    if op.effect == "read" and op.request:
        yield (op.name, op.request), OF_PATH
