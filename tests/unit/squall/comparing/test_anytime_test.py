"""The test holds its promises on simulated runs, looked at after every pair; a t-test does not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from statistics import fmean, stdev

import pytest
from squall.comparing.anytime_test import Bounds, Decision, PairedTest
from squall.comparing.commit_rounds import (
    Arm,
    ComparedOutage,
    Limits,
    Measured,
    new_tests,
    pair_orders,
)
from squall.comparing.run_figures import COMPARED
from squall.scenario.model import Scenario

COMPARISONS = 2_000
QUICK = COMPARISONS // 4
"""In each test run: under coverage a simulation is slow."""
PAIRS = 2 * Limits().rounds
"""The default limit: rounds of two pairs."""

T_CRITICAL = {
    2: 191.0, 3: 17.28, 4: 8.58, 5: 6.25, 6: 5.25, 8: 4.36, 10: 3.95, 12: 3.73, 15: 3.53, 20: 3.35,
    25: 3.26, 30: 3.2, 40: 3.13,
}  # fmt: skip
"""Student's t, two-sided, for one per cent shared by three figures; by the number of pairs."""

Noise = Callable[[random.Random], float]


def draws(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable on purpose


def steady(draw: random.Random) -> float:
    """A quiet machine: runs differ by a tenth."""
    return math.exp(draw.gauss(0, 0.1))


def with_outliers(draw: random.Random) -> float:
    """One run in twenty meets something else that happens on the machine."""
    return steady(draw) * (draw.uniform(1.5, 4) if draw.random() < 0.05 else 1)


def coarse(draw: random.Random) -> float:
    """Recovery is seen by the next request only: steps of 25 ms."""
    return max(1, round(12 * steady(draw))) / 12


NOISES = {"steady": steady, "with outliers": with_outliers, "coarse": coarse}


def simulated_pairs(
    seed: int, *, longer: float = 1.0, noise: Noise = steady
) -> Iterator[Mapping[Arm, Measured]]:
    """Pairs of runs: recovery 300 ms, errors 20 %, p95 40 ms; the machine slows down meanwhile."""
    draw = draws(seed)
    orders = [order for number in range(PAIRS // 2) for order in pair_orders(seed, "cut", number)]
    for number, order in enumerate(orders):
        pair = {}
        for place, arm in enumerate(order):
            machine = 1 + 0.01 * (2 * number + place)
            slower = longer if arm is Arm.HERE else 1.0
            bad = round(draw.gauss(32, 5))
            pair[arm] = Measured(
                figures={
                    "recovery": 300 * slower * machine * noise(draw),
                    "errors": bad / 160,
                    "p95": 40 * machine * noise(draw),
                }
            )
        yield pair


def compared(seed: int, **given: object) -> tuple[ComparedOutage, set[Decision]]:
    """A simulated comparison, and everything that was decided at any look of any figure."""
    outage = ComparedOutage(Scenario(name="cut", story="It rains.", steps=()), new_tests(Limits()))
    seen: set[Decision] = set()
    for pair in simulated_pairs(seed, **given):  # type: ignore[arg-type] # its own arguments
        outage.take(pair)
        seen.update(outage.decisions)
    return outage, seen


@pytest.mark.parametrize("noise", NOISES)
def test_a_commit_compared_with_itself_differs_in_less_than_one_of_a_hundred(noise: str) -> None:
    assert false_alarms(noise, QUICK) <= 0.01 * QUICK


@pytest.mark.proof
def test_the_rate_holds_in_two_thousand_comparisons() -> None:
    assert false_alarms("steady", COMPARISONS) <= 0.01 * COMPARISONS


def false_alarms(noise: str, count: int) -> int:
    """How many of these comparisons of a commit with itself found a difference."""
    wrong = {Decision.WORSE, Decision.BETTER}
    return sum(bool(wrong & compared(seed, noise=NOISES[noise])[1]) for seed in range(count))


@pytest.mark.parametrize("noise", NOISES)
def test_a_recovery_that_takes_a_fifth_longer_is_found(noise: str) -> None:
    found = sum(
        compared(seed, longer=1.2, noise=NOISES[noise])[0].tests["recovery"].decision
        is Decision.WORSE
        for seed in range(100)
    )
    assert found >= 0.95 * 100


def test_a_shorter_recovery_is_better_and_an_equal_one_is_the_same() -> None:
    shorter = [compared(seed, longer=1 / 1.5)[0].tests["recovery"] for seed in range(100)]
    assert sum(one.decision is Decision.BETTER for one in shorter) >= 95
    equal = [compared(seed)[0].tests["recovery"] for seed in range(100)]
    assert sum(one.decision is Decision.SAME for one in equal) >= 90


def t_test_alarms(seed: int) -> bool:
    """What a t-test says that is repeated after every pair, for the same three figures."""
    differences: dict[str, list[float]] = {one.name: [] for one in COMPARED}
    for pair in simulated_pairs(seed):
        for figure in COMPARED:
            values = (pair[arm].figures[figure.name] for arm in (Arm.AGAINST, Arm.HERE))
            found = differences[figure.name]
            found.append(figure.difference(*values))
            wide = stdev(found) if len(found) > 1 else 0.0
            limit = T_CRITICAL.get(len(found), math.inf)
            if wide and abs(fmean(found)) / wide * math.sqrt(len(found)) > limit:
                return True
    return False


def test_a_repeated_t_test_does_not_hold_its_rate_on_the_same_runs() -> None:
    """So the simulation can tell a test that holds from one that does not."""
    assert sum(t_test_alarms(seed) for seed in range(100)) > 0.05 * 100


def test_the_interval_holds_the_true_difference_at_every_look() -> None:
    missed = 0
    for seed in range(200):
        draw = draws(seed)
        test = PairedTest(alpha=0.05, margin=0.2, scale=0.15)
        for _ in range(20):
            test.add(0.3 + draw.gauss(0, 0.2))
        found = test.bounds()  # the narrowest of all looks, since peaks never fall
        missed += not found.low <= 0.3 <= found.high
    assert missed <= 0.05 * 200


def fed(*differences: float, alpha: float = 0.01) -> PairedTest:
    test = PairedTest(alpha=alpha, margin=0.2, scale=0.15)
    for one in differences:
        test.add(one)
    return test


def test_a_few_pairs_decide_nothing_and_bound_nothing() -> None:
    assert fed().bounds() == Bounds(low=-math.inf, estimate=0.0, high=math.inf)
    few = fed(*[0.5] * 6)
    assert few.decision is Decision.UNDECIDED
    assert few.bounds() == Bounds(low=-math.inf, estimate=0.5, high=math.inf)


def test_the_interval_and_the_decision_say_the_same() -> None:
    draw = draws(3)
    for middle in (-0.6, -0.1, 0.0, 0.1, 0.6):
        test = fed()
        for _ in range(30):
            test.add(draw.gauss(middle, 0.15))
            found = test.bounds()
            same = -test.margin <= found.low <= found.high <= test.margin
            wanted = {
                Decision.SAME: same,
                Decision.WORSE: not same and found.low >= 0,
                Decision.BETTER: not same and found.high <= 0,
                Decision.UNDECIDED: not same and found.low < 0 < found.high,
            }
            assert wanted[test.decision], (middle, test.count, found)


def test_it_looks_the_same_in_the_mirror() -> None:
    draw = draws(4)
    values = [draw.gauss(0.3, 0.2) for _ in range(25)]
    one, other = fed(*values).bounds(), fed(*(-value for value in values)).bounds()
    assert one.low == pytest.approx(-other.high)
    assert one.high == pytest.approx(-other.low)
    assert {fed(*values).decision, fed(*(-v for v in values)).decision} == {
        Decision.WORSE,
        Decision.BETTER,
    }


def test_what_never_differs_is_the_same() -> None:
    test = fed(*[0.0] * 16)
    assert test.decision is Decision.SAME
    assert test.bounds().low < 0 < test.bounds().high


def test_an_app_that_no_longer_recovers_is_worse_without_an_upper_end() -> None:
    test = fed(*[math.inf] * 14)
    assert test.decision is Decision.WORSE
    assert test.bounds().estimate == math.inf
    assert test.bounds().low > 0


def test_one_outlier_does_not_end_the_play() -> None:
    pairs = [0.4] * 20
    assert fed(*pairs[:10], -30.0, *pairs).decision is Decision.WORSE


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"margin": 0.0}, {"scale": -1.0}]
)
def test_what_is_out_of_bounds_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="alpha lies between 0 and 1"):
        PairedTest(**{"alpha": 0.01, "margin": 0.2, "scale": 0.1, **wrong})
    with pytest.raises(ValueError, match="a difference is a number"):
        fed(math.nan)
