"""With less load a run judges as many requests, and a fault that hits some of them hits as many."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall import Scenario, at, stock
from squall_faults import ErrorReply, Latency, StallReply
from squall_faults.fault import Fault

OUTAGES = {outage.name: outage for outage in stock()}


def one(fault: Fault) -> Scenario:
    return Scenario(name="one", story="One fault.", steps=(at(0, fault, lasting=0.6),))


@pytest.mark.parametrize(
    ("share", "slower", "lasting"),
    [(0.2, 2.0, 1.2), (0.2, 8.0, 4.8), (0.2, 16.0, 4.8), (1.0, 8.0, 0.6)],
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


OF_SOME = [
    "disk-full", "commit-refused", "hot-row", "commit-reply-lost", "replica-promoted-read-only",
]  # fmt: skip


@pytest.mark.parametrize("name", OF_SOME)
def test_what_hits_some_statements_lasts_longer(name: str) -> None:
    whole = OUTAGES[name]
    less = whole.at_most(whole.load.rate_per_second / 2)
    for before, after in zip(whole.steps, less.steps, strict=True):
        assert after.lasting_seconds == pytest.approx(2 * before.lasting_seconds)
        assert after.fault == before.fault


def test_the_delay_beside_what_repeats_writes_lasts_as_long() -> None:
    whole = OUTAGES["callers-want-the-same"]
    less = whole.at_most(whole.load.rate_per_second / 3)
    assert [step.lasting_seconds for step in less.steps] == pytest.approx([3.6, 3.6])


def test_what_is_longer_by_the_deadline_of_the_app_stays() -> None:
    whole = one(StallReply(statement="^commit"))
    step = replace(whole.steps[0], lasting_deadlines=1.5)
    less = replace(whole, steps=(step,)).at_most(whole.load.rate_per_second / 4)
    assert less.steps == (step,)


def test_steps_that_follow_each_other_keep_their_times() -> None:
    for name in ("conflicts-after-conflicts", "begin-refused", "callers-retry-what-failed"):
        whole = OUTAGES[name]
        assert whole.at_most(whole.load.rate_per_second / 4).steps == whole.steps
