"""The load of an outage on an app that does not bear the usual one.

80 requests/s, the usual load       ─▶ what the app was found to bear, in longer windows
150 requests/s, of a stock outage   ─▶ the same, if the app bears less than the usual load
50 requests/s, asked for by a user  ─▶ as it is
"""

from __future__ import annotations

from functools import cache

from squall.lab.warm_up import USUAL_RATE
from squall.scenario.library import stock
from squall.scenario.model import Load, Scenario


def at_bearable_rate(scenario: Scenario, rate: float) -> Scenario:
    """The scenario with at most the load that the app was found to bear.

    Raises:
        UsageError: the run would take too long.
    """
    ours = rate < USUAL_RATE and _stock_loads().get(scenario.name) == scenario.load
    return scenario.at_most(rate) if ours or scenario.load == Load() else scenario


@cache
def _stock_loads() -> dict[str, Load]:
    return {one.name: one.load for one in stock()}
