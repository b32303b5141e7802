"""With less load a run judges as many requests, and a share of them hits as many."""

from __future__ import annotations

import pytest
from squall import Scenario, at, stock
from squall_faults import ErrorReply, Latency
from squall_faults.fault import Fault

OUTAGES = {outage.name: outage for outage in stock()}


def one(fault: Fault) -> Scenario:
    return Scenario(name="one", story="One fault.", steps=(at(0, fault, lasting=0.6),))


@pytest.mark.parametrize(
    ("share", "slower", "lasting"), [(0.2, 2.0, 1.2), (0.2, 8.0, 2.4), (1.0, 8.0, 0.6)]
)
def test_a_share_lasts_longer_and_all_does_not(share: float, slower: float, lasting: float) -> None:
    whole = one(ErrorReply(sqlstate="57014", share=share))
    less = whole.at_most(whole.load.rate_per_second / slower)
    assert less.steps[0].lasting_seconds == pytest.approx(lasting)
    assert less.before_seconds == pytest.approx(whole.before_seconds * slower)


def test_what_has_no_share_and_what_has_other_steps_stays() -> None:
    slow = one(Latency(latency_ms=60))
    assert slow.at_most(slow.load.rate_per_second / 4).steps == slow.steps
    several = OUTAGES["deadlocks-three-times"]
    assert several.at_most(several.load.rate_per_second / 4).steps == several.steps
