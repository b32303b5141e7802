"""Writes at an HTTP upstream that were repeated with a new key, and so may be done twice.

    calm      20 parcels are sent      20 keys reach the carrier
    since     25 parcels are sent      33 keys: eight parcels are fetched twice

Keys of writes that the upstream may have done are counted at the stand-in. Which operations send
one each is learned from calm: those whose requests are together as many as the keys; a request that
was under way when the keys were counted may have sent its key, or not. Where several sets of
operations fit, all of them must be exceeded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from squall.core.events import UpstreamLoad
from squall.gates.upstream_loads import upstream_loads
from squall.history.evidence import Evidence
from squall.history.op import Op

MIN_LEARNED = 5
"""Keys in calm."""
MAX_OPERATIONS = 8
UNDER_WAY = 2
"""Requests and keys that are on their way when the counter is read."""
MIN_TWICE = 3


@dataclass(frozen=True, slots=True)
class NewKeys:
    """More keys than requests."""

    upstream: str
    operations: tuple[str, ...]
    keys: int
    requests: int


def new_keys_upstream(evidence: Evidence) -> NewKeys | None:
    """The upstream that got keys which no request of the load explains, if there is one."""
    found = (_of(evidence, *one) for one in upstream_loads(evidence).items())
    return next(filter(None, found), None)


def _of(evidence: Evidence, name: str, readings: list[UpstreamLoad]) -> NewKeys | None:
    start = evidence.bounds("before")[1]
    before = [one for one in readings if one.at <= start]
    if len(before) < 2 or readings[-1].at <= start:  # noqa: PLR2004 - a rate needs two readings
        return None
    first, at_fault, last = before[0], before[-1], readings[-1]
    sent = _writes(op for op in evidence.ops if op.done > first.at and op.sent <= at_fault.at)
    done = _writes(op for op in evidence.ops if op.sent > first.at and op.done <= at_fault.at)
    usual = at_fault.keys - first.keys
    if usual < MIN_LEARNED or len(sent) > MAX_OPERATIONS:
        return None
    # Whoever was not answered then may have sent its key since.
    since = _writes(op for op in evidence.ops if op.done > at_fault.at and op.sent <= last.at)
    keys = last.keys - at_fault.keys
    judged = [
        NewKeys(name, chosen, keys, sum(since[one] for one in chosen))
        for chosen in _fitting(done, sent, usual)
    ]
    if not judged or any(keys < one.requests + UNDER_WAY + MIN_TWICE for one in judged):
        return None
    return judged[0]


def _fitting(done: Counter[str], sent: Counter[str], keys: int) -> Iterator[tuple[str, ...]]:
    """The sets of operations whose requests are as many as the keys: those that were done in time
    at least, and at most those that were sent.
    """
    for size in range(1, len(sent) + 1):
        for chosen in combinations(sorted(sent), size):
            least, most = (sum(of[one] for one in chosen) for of in (done, sent))
            if least - UNDER_WAY <= keys <= most + UNDER_WAY:
                yield chosen


def _writes(ops: Iterable[Op]) -> Counter[str]:
    """How many of them write, by operation."""
    return Counter(op.name for op in ops if op.effect != "read")
