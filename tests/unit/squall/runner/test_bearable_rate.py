"""An app that bears little is not made ill by the load of a stock outage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall.runner.bearable_rate import at_bearable_rate
from squall.scenario.library import stock
from squall.scenario.model import Load

STOCK = {one.name: one for one in stock()}


@pytest.mark.parametrize("name", sorted(STOCK))
def test_no_stock_outage_sends_more_than_an_app_bears(name: str) -> None:
    calmer = at_bearable_rate(STOCK[name], 5.0)
    assert calmer.load.rate_per_second == 5.0
    assert not calmer.thin_windows


def test_an_app_that_bears_the_usual_load_gets_the_load_of_the_outage() -> None:
    assert at_bearable_rate(STOCK["known-outage"], 80.0) == STOCK["known-outage"]


def test_a_rate_that_somebody_asked_for_is_kept() -> None:
    asked = replace(STOCK["known-outage"], load=Load(rate_per_second=120.0))
    own = replace(STOCK["known-outage"], name="our-own")
    assert [at_bearable_rate(one, 5.0) for one in (asked, own)] == [asked, own]
