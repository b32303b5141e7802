"""Options that change load, windows and gates of each scenario, and the words that repeat them."""

from __future__ import annotations

import pytest
from squall.cli.gate_arguments import GateArguments
from squall.core.errors import UsageError
from squall.scenario.library import stock
from squall.scenario.model import Scenario

PLAIN = {"paired": False, "gates": (), "strict": False, "thorough": False, "rate": None}


@pytest.fixture
def scenario() -> Scenario:
    return next(one for one in stock() if one.name == "slow-network")


def applied(scenario: Scenario, **changed: object) -> Scenario:
    (made,) = GateArguments.take({**PLAIN, **changed}).apply([scenario])
    return made


def test_without_options_a_scenario_stays_as_it_is(scenario: Scenario) -> None:
    assert applied(scenario) == scenario


def test_thorough_windows_are_five_times_as_long(scenario: Scenario) -> None:
    made = applied(scenario, thorough=True)
    assert made.before_seconds == 5 * scenario.before_seconds
    assert made.after_seconds == 5 * scenario.after_seconds
    assert made.steps == scenario.steps


def test_a_lower_rate_stretches_the_windows_further(scenario: Scenario) -> None:
    made = applied(scenario, thorough=True, rate=scenario.load.rate_per_second / 2)
    assert made.before_seconds == 10 * scenario.before_seconds


def test_strict_limits_and_thresholds_are_gates(scenario: Scenario) -> None:
    made = applied(scenario, strict=True, gates=("p95 during <= 900 ms",))
    assert {*scenario.should, "p95 during <= 900 ms"} <= made.gates.keys()


def test_a_threshold_that_is_none_is_refused(scenario: Scenario) -> None:
    with pytest.raises(UsageError):
        applied(scenario, gates=("fast",))


def test_the_options_repeat_themselves() -> None:
    given = {"paired": True, "gates": ("p95 during <= 900 ms",), "strict": True, "thorough": True}
    words = GateArguments(**given, rate=40.0).reproduce()  # type: ignore[arg-type]
    assert words == [
        "--paired", "--strict", "--thorough", "--rate", "40", "--gate", "p95 during <= 900 ms",
    ]  # fmt: skip
    assert GateArguments(**PLAIN).reproduce() == []  # type: ignore[arg-type]
