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
        (50, 200, "pass", 4.0),
        (50, 201, "fail", 4.02),
        (100, 400, "pass", 8.0),
        (100, 401, "fail", 8.02),
        (2, 200, "pass", 4.0),  # misses of a cache are no retries
        (2, 201, "fail", 4.02),
    ],
)
def test_the_load_is_in_proportion_or_not(
    evidence: Any, make: Any, before: int, since: int, verdict: str, each: float
) -> None:
    loads = (load(0.1, 7), load(1.0, 7 + before), load(2.0, 7 + before + since))
    finding = UpstreamRetryStorm().judge(run_of(evidence, make, *loads))
    assert (finding.verdict, finding.figures["requests_each"]) == (verdict, each)
    assert finding.figures["requests_each_before"] == before / 50


def test_the_upstream_that_got_most_more_is_named(evidence: Any, make: Any, told: Any) -> None:
    loads = [load(0.1, 0, "mail"), load(1.0, 50, "mail"), load(2.0, 100, "mail")]
    loads += [load(0.1, 0), load(1.0, 50), load(2.0, 550, unknown=3)]
    assert UpstreamRetryStorm().judge(run_of(evidence, make, *loads)) == told.failed(
        NAME,
        "payments: 10.00 requests for each of the load since the fault, 1.00 before;"
        " 3 without a declared answer (limit 4 times)",
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
