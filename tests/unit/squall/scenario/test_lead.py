"""At a small load statements are delayed for longer before sessions end, so that some are met."""

from __future__ import annotations

import pytest
from squall.scenario.library import stock
from squall_faults.wire.delay_statement import DelayStatement

STOCK = {one.name: one for one in stock()}
PREPARED = ("sessions-terminated", "too-many-connections")


@pytest.mark.parametrize("name", PREPARED)
@pytest.mark.parametrize(("rate", "begun"), [(80.0, 16.0), (20.0, 16.0), (10.0, 8.0)])
def test_as_many_requests_begin_before_the_sessions_end(
    name: str, rate: float, begun: float
) -> None:
    calmer = STOCK[name].at_most(rate)
    delay = next(one for one in calmer.steps if isinstance(one.fault, DelayStatement))
    assert isinstance(delay.fault, DelayStatement)
    ended = next(one for one in calmer.steps if one.label == "database.terminate_backends")
    lead = ended.at_seconds - delay.at_seconds
    assert lead * rate == pytest.approx(begun)
    assert delay.fault.delay_ms / 1000 == pytest.approx(lead / 2)
    assert delay.lasting_seconds > lead


def test_what_lasts_over_the_delay_lasts_as_long_after_it() -> None:
    usual, calmer = STOCK["too-many-connections"], STOCK["too-many-connections"].at_most(20.0)
    for scenario in (usual, calmer):
        taken, _delay, ended = scenario.steps
        left = taken.at_seconds + taken.lasting_seconds - ended.at_seconds
        assert left == pytest.approx(0.45)


@pytest.mark.parametrize("name", sorted(set(STOCK) - set(PREPARED)))
def test_no_other_outage_is_changed(name: str) -> None:
    begins = {step.at_seconds for step in STOCK[name].steps}
    if len(begins) > 1:
        assert STOCK[name].at_most(20.0).steps == STOCK[name].steps
