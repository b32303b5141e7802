"""``upstream-retry-storm``: what reaches an HTTP upstream for one request of the load."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import UpstreamLoad
from squall.gates.upstream_retry_storm import NO_STAND_IN, UpstreamRetryStorm

NAME = "upstream-retry-storm"


def load(at: float, requests: int, name: str = "payments", unknown: int = 0) -> UpstreamLoad:
    return UpstreamLoad(at=at, name=name, requests=requests, unknown=unknown)


def run_of(evidence: Any, make: Any, *loads: UpstreamLoad, since: int = 50) -> Any:
    """50 requests within the second before the fault at 1 s, and so many from then to 2 s."""
    ops = [make.op(n, at=0.5 + n * 0.005) for n in range(50)]
    ops += [make.op(100 + n, at=1.2 + n * 0.005) for n in range(since)]
    return evidence(ops, [*make.outage(1.0, 2.0), *loads])


@pytest.mark.parametrize(
    ("before", "since", "verdict", "each"),
    [
        (50, 50, "pass", 1.0),
        (50, 0, "pass", 0.0),
        (50, 225, "pass", 4.5),
        (50, 226, "fail", 4.52),
        (100, 450, "pass", 9.0),
        (100, 451, "fail", 9.02),
        (2, 225, "pass", 4.5),  # misses of a cache are not retries
        (2, 226, "fail", 4.52),
    ],
)
def test_the_load_is_in_proportion_or_not(
    evidence: Any, make: Any, before: int, since: int, verdict: str, each: float
) -> None:
    loads = (load(0.1, 7), load(1.0, 7 + before), load(2.0, 7 + before + since))
    finding = UpstreamRetryStorm().judge(run_of(evidence, make, *loads))
    assert (finding.verdict, finding.figures["requests_each"]) == (verdict, each)
    assert finding.figures["requests_each_before"] == before / 50


def test_what_came_while_the_fault_was_in_force_is_not_made_less_by_the_time_after(
    evidence: Any, make: Any
) -> None:
    """250 requests came for the 50 of the outage, and as many as usual for the 100 after it."""
    ops = [make.op(n, at=0.5 + n * 0.005) for n in range(50)]
    ops += [make.op(100 + n, at=1.2 + n * 0.005) for n in range(50)]
    ops += [make.op(200 + n, at=2.1 + n * 0.005) for n in range(100)]
    loads = (load(0.1, 0), load(1.0, 50), load(2.0, 300), load(2.9, 400))
    run = evidence(ops, [*make.outage(1.0, 2.0), *loads])
    finding = UpstreamRetryStorm().judge(run)
    assert (finding.verdict, finding.figures["requests_each"]) == ("fail", 5.0)


def test_the_upstream_that_got_most_more_is_named(evidence: Any, make: Any, told: Any) -> None:
    loads = [load(0.1, 0, "mail"), load(1.0, 50, "mail"), load(2.0, 100, "mail")]
    loads += [load(0.1, 0), load(1.0, 50), load(2.0, 550, unknown=3)]
    assert UpstreamRetryStorm().judge(run_of(evidence, make, *loads)) == told.failed(
        NAME,
        "payments: 10.00 requests for each of the load since the fault, 1.00 before;"
        " 3 without a declared answer (limit 4.5 times)",
        requests_each=10.0,
        requests_each_before=1.0,
    )


@pytest.mark.parametrize(
    ("loads", "since"),
    [
        ((), 50),
        ((load(1.0, 9), load(2.0, 900)), 50),
        ((load(0.1, 0), load(0.9, 9)), 50),
        ((load(0.1, 0), load(1.0, 9), load(2.0, 900)), 39),
    ],
    ids=["no stand-in", "one reading before", "none since", "too few requests"],
)
def test_what_was_not_counted_is_not_judged(
    evidence: Any, make: Any, loads: Any, since: int
) -> None:
    finding = UpstreamRetryStorm().judge(run_of(evidence, make, *loads, since=since))
    assert (finding.verdict, NO_STAND_IN in finding.reason) == ("not-judged", True)
