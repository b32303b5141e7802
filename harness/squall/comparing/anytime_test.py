"""Is a paired difference more than chance? A test that may be looked at after every pair.

A repeated t-test raises more false alarms the more often it is looked at. This one bets: a player
with a capital of 1 stakes a part of it on the sign of each difference. When the order within a pair
does not matter, a difference is as likely as its opposite, whatever its size and distribution, and
no strategy gains on average. So the chance that the capital ever reaches ``1 / alpha`` is at most
``alpha`` (Ville's inequality), and the test may stop, or go on, whenever that suits.

                              +d          capital x (1 + stake)
    difference of a pair  ──◀            stake = tanh(bet x |d| / scale): large ones count more
                              -d          capital x (1 - stake)

Sources: Ville, Étude critique de la notion de collectif (1939); Efron, Student's t-test under
symmetry conditions (JASA 64, 1969); Waudby-Smith and Ramdas, Estimating means of bounded random
variables by betting (JRSS B 86, 2024). SciPy has no such test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean, median

PLAYERS = ((1.0, 0.8), (2.0, 0.8), (4.0, 0.95))
"""Players, among whom the capital is divided: the effect that each expects, in standard deviations,
and the share of its capital that one outlier may cost. tanh is the best stake against normal noise
of that size. The boldest one decides early where runs differ little.
"""

MAD_TO_DEVIATION = 1.4826
"""The median distance from the median is so much less than the standard deviation, for normal
noise; outliers do not change it."""

PRIOR_PAIRS = 2
"""The scale that is assumed counts as much as this many pairs."""

STEPS = 60
"""Of a bisection: more than a float can tell apart."""


class Decision(StrEnum):
    """What is known of one figure. More is worse, for each figure that is compared."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNDECIDED = "not decided"


@dataclass(slots=True)
class Wealth:
    """The capital of players who bet that differences lie above a shift (``sign`` -1: below)."""

    shift: float
    sign: int
    peak: float = 1.0
    """The highest that the capital has been; an e-process, so this is what Ville bounds."""
    _capital: list[float] = field(default_factory=lambda: [1.0] * len(PLAYERS))

    def bet(self, difference: float, scale: float) -> None:
        """One more pair; ``scale`` is known before its sign is."""
        beyond = self.sign * (difference - self.shift) / scale
        stakes = (most * math.tanh(effect * beyond) for effect, most in PLAYERS)
        self._capital = [
            money * (1 + stake) for money, stake in zip(self._capital, stakes, strict=True)
        ]
        self.peak = max(self.peak, fmean(self._capital))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where the difference lies; infinite where nothing bounds it yet."""

    low: float
    estimate: float
    high: float


class PairedTest:
    """One figure: the differences of its pairs so far, and what they decide."""

    def __init__(self, *, alpha: float, margin: float, scale: float) -> None:
        """``margin``: differences within it are the same; ``scale``: of a usual difference.

        Raises:
            ValueError: one of them is out of bounds.
        """
        if not 0 < alpha < 1 or not margin > 0 or not scale > 0:
            raise ValueError("alpha lies between 0 and 1; margin and scale are positive")
        self.margin = margin
        self._wanted = 2 / alpha  # each end of the interval may be wrong half as often
        self._prior = scale
        self._pairs: list[tuple[float, float]] = []
        self._above_zero, self._below_zero = Wealth(0.0, 1), Wealth(0.0, -1)
        self._above_low, self._below_high = Wealth(-margin, 1), Wealth(margin, -1)

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return len(self._pairs)

    def add(self, difference: float) -> None:
        """The difference of one more pair; infinite where only one of them has no end.

        Raises:
            ValueError: it is not a number.
        """
        if math.isnan(difference):
            raise ValueError("a difference is a number")
        scale = self._scale()
        self._pairs.append((difference, scale))
        for wealth in self._players():
            wealth.bet(difference, scale)

    def _players(self) -> Iterator[Wealth]:
        yield from (self._above_zero, self._below_zero, self._above_low, self._below_high)

    def _scale(self) -> float:
        """How far pairs usually lie from their median so far; the next pair is not known to it."""
        known = [one for one, _ in self._pairs if math.isfinite(one)]
        middle = median(known) if known else 0.0
        distances = [abs(one - middle) for one in known]
        spread = MAD_TO_DEVIATION * median(distances) if distances else 0.0
        squares = PRIOR_PAIRS * self._prior**2 + len(known) * spread**2
        return max(math.sqrt(squares / (PRIOR_PAIRS + len(known))), self._prior / 100)

    @property
    def decision(self) -> Decision:
        """What is beyond doubt now; what is certain and too small to matter is the same."""
        wanted = self._wanted
        if self._above_low.peak >= wanted and self._below_high.peak >= wanted:
            return Decision.SAME
        worse, better = self._above_zero.peak >= wanted, self._below_zero.peak >= wanted
        if worse is better:
            return Decision.UNDECIDED
        return Decision.WORSE if worse else Decision.BETTER

    def bounds(self) -> Bounds:
        """The interval that holds the difference at every look, by inverting the test."""
        return Bounds(
            low=self._end(1), estimate=median(d for d, _ in self._pairs) if self._pairs else 0.0,
            high=self._end(-1),
        )  # fmt: skip

    def _end(self, sign: int) -> float:
        """The nearest shift that is rejected, from far below (``sign`` 1) or far above."""
        finite = [abs(one) for one, _ in self._pairs if math.isfinite(one)]
        far = (max(finite, default=0.0) + self._prior) * 100
        rejected, kept = -sign * far, sign * far
        if not self._rejects(rejected, sign):
            return -sign * math.inf
        if self._rejects(kept, sign):
            return sign * math.inf
        for _ in range(STEPS):
            middle = (rejected + kept) / 2
            if self._rejects(middle, sign):
                rejected = middle
            else:
                kept = middle
        return rejected

    def _rejects(self, shift: float, sign: int) -> bool:
        wealth = Wealth(shift, sign)
        for difference, scale in self._pairs:
            wealth.bet(difference, scale)
        return wealth.peak >= self._wanted
