"""Writes that an HTTP upstream may have done, and that come again as something new.

    calm      of 40 writes, 6 were followed by another one with the same body: two clients
    outage    of 10 that got no answer, 9 were: by repeats, each with a key of its own

Who repeats a write keeps its key: then it does not count here, however often it comes. That two
clients want the same within a second is chance, and its share is known from writes that were
answered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from squall.core.events import UpstreamLoad
from squall.gates.upstream_loads import upstream_loads
from squall.history.evidence import Evidence

MIN_AGAIN = 3
MIN_ANSWERED = 5
"""Fewer do not tell how often two clients want the same."""
CHANCE = 0.001


@dataclass(frozen=True, slots=True)
class RenamedWrites:
    """Writes in doubt that came again with another key."""

    upstream: str
    in_doubt: int
    again: int


def renamed_writes(evidence: Evidence) -> RenamedWrites | None:
    """The upstream that got them, if there were more than chance explains.

    Not judged where clients repeat their requests: to the app each of those may be a new one.
    """
    if any(op.repeats is not None or op.is_rival for op in evidence.ops):
        return None
    found = (_of(evidence, *one) for one in upstream_loads(evidence).items())
    return next(filter(None, found), None)


def _of(evidence: Evidence, name: str, readings: list[UpstreamLoad]) -> RenamedWrites | None:
    start, last = evidence.bounds("before")[1], readings[-1]
    before = [one for one in readings if one.at <= start]
    if not before or last.answered < MIN_ANSWERED:
        return None
    in_doubt = last.in_doubt - before[-1].in_doubt
    # Those that are asked for again after the outage have the same body and another key.
    asked = sum(op.asks_for_write is not None for op in evidence.ops)
    again = last.in_doubt_again - before[-1].in_doubt_again - asked
    # As if one more of two had been: a share of none is not known from a few.
    usual = (last.answered_alike + 1) / (last.answered + 2)
    if again < MIN_AGAIN or _chance_of(again, in_doubt, usual) > CHANCE:
        return None
    return RenamedWrites(name, in_doubt, again)


def _chance_of(least: int, of: int, share: float) -> float:
    """That at least so many of ``of`` independent events with this share happen."""
    return math.fsum(
        math.comb(of, count) * share**count * (1 - share) ** (of - count)
        for count in range(least, of + 1)
    )
