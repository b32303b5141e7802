"""Callers who retry what timed out are still there when they have waited for ``Retry-After``."""

from __future__ import annotations

import pytest
from squall.scenario.library import stock

(OUTAGE,) = (one for one in stock() if one.name == "callers-retry-what-timed-out")

LONGEST_PAUSE = 1.0
"""Seconds of ``Retry-After`` that the callers wait at most, see ``client.retry_failed``."""


@pytest.mark.parametrize("deadline", [0.3, 0.5, 0.8, 1.0, 1.3, 2.0, 3.0, 5.0, 10.0])
def test_the_second_attempts_are_answered_before_the_callers_stop(deadline: float) -> None:
    """A write that ends with the stall waits for its pause, then is answered by a sound app."""
    callers, stall = OUTAGE.for_app(deadline=deadline, start=1.0).steps
    healed = stall.at_seconds + stall.lasting_seconds
    assert healed > stall.at_seconds + deadline, "some writes time out"
    again = healed + LONGEST_PAUSE
    assert callers.at_seconds + callers.lasting_seconds > again + 0.2 * deadline + 0.1
