"""Arrivals: fixed before the run, from the rate and the seed alone."""

from __future__ import annotations

import math
import statistics
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall.workload.arrivals import arrivals

RATES = st.floats(0.01, 10_000)
SEEDS = st.integers(0, 2**31 - 1)
KINDS = st.sampled_from(["jittered", "poisson", "constant"])


def first(count: int, rate: float, seed: int = 1, kind: str = "poisson") -> list[float]:
    return list(islice(arrivals(rate, seed, kind), count))


def test_constant_arrivals_have_equal_gaps() -> None:
    assert first(5, 4, kind="constant") == [0, 0.25, 0.5, 0.75, 1.0]


def test_constant_arrivals_do_not_drift() -> None:
    """Position by position, not gap by gap: rounding errors must not add up."""
    assert first(30_001, 3, kind="constant")[-1] == 10_000


def test_poisson_arrivals_keep_the_rate_and_have_exponential_gaps() -> None:
    offsets = first(20_001, 100, seed=3)
    gaps = [later - earlier for earlier, later in pairwise(offsets)]
    assert offsets[-1] == pytest.approx(200, rel=0.03)
    assert statistics.stdev(gaps) == pytest.approx(0.01, rel=0.05)  # of an exponential: its mean
    assert sum(gap > 0.01 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)  # 1/e


@given(SEEDS)
def test_jittered_arrivals_have_one_in_each_slot_and_anywhere_in_it(seed: int) -> None:
    offsets = first(2_001, 100, seed, "jittered")
    assert [math.ceil(round(offset * 100, 9)) for offset in offsets] == list(range(2_001))
    places = [number - offset * 100 for number, offset in enumerate(offsets)][1:]
    assert statistics.mean(places) == pytest.approx(0.5, abs=0.05)
    assert statistics.stdev(places) == pytest.approx(12**-0.5, abs=0.03)  # uniform


@given(RATES, SEEDS, KINDS)
def test_arrivals_start_at_once_and_never_go_back(rate: float, seed: int, kind: str) -> None:
    offsets = first(50, rate, seed, kind)
    assert offsets[0] == 0
    assert all(earlier <= later for earlier, later in pairwise(offsets))


@given(RATES, SEEDS, KINDS)
def test_the_same_seed_gives_the_same_arrivals(rate: float, seed: int, kind: str) -> None:
    assert first(20, rate, seed, kind) == first(20, rate, seed, kind)


def test_another_seed_gives_other_arrivals() -> None:
    assert first(5, 100, seed=1) != first(5, 100, seed=2)


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate_per_second must be positive"):
        first(1, rate)
