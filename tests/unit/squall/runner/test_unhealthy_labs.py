"""An outage whose own repeats leave the app unhealthy ends, too."""

from __future__ import annotations

from typing import Any, cast

from squall.runner.suite_events import SuiteResult

from tests.unit.squall.runner.suite_fakes import RunFakes, World


def notes(result: SuiteResult) -> list[str]:
    """What the runs were made into."""
    return [cast("Any", run).note for run in result.runs]


async def test_a_run_that_has_spoilt_its_lab_is_repeated_in_a_new_one(
    run_fakes: RunFakes, world: World
) -> None:
    world.spoils, world.taints, world.busy = "b", "b", {"b": 1}
    await run_fakes("b")
    assert world.lines == ["b busy", "new lab", "b"]


async def test_an_outage_that_spoils_each_lab_for_its_repeats_gets_one_new_lab(
    run_fakes: RunFakes, world: World
) -> None:
    world.spoils, world.busy = "b", {"b": 100}
    result = await run_fakes("b")
    again = ["b busy", "b busy"]
    assert world.lines == [*again, "b unhealthy", "new lab", *again, "b"]
    assert world.started == 2
    assert notes(result) == [""]


async def test_an_app_that_stays_ill_when_the_machine_is_not_busy_any_more_is_not_excused(
    run_fakes: RunFakes, world: World
) -> None:
    world.spoils, world.busy, world.calms = "b", {"b": 100}, True
    result = await run_fakes("b")
    assert world.lines == ["b busy", "b unhealthy", "new lab", "b busy", "b"]
    assert notes(result) == ["b stayed ill"]


async def test_an_app_that_other_outages_left_unhealthy_is_not_held_against_this_one(
    run_fakes: RunFakes, world: World
) -> None:
    world.spoils, world.busy = "a", {"b": 1}
    result = await run_fakes("ab")
    assert world.lines == ["a", "b busy", "b unhealthy", "new lab", "b"]
    assert notes(result) == ["", ""]


async def test_an_app_that_is_slow_is_not_called_ill(run_fakes: RunFakes, world: World) -> None:
    world.spoils, world.busy, world.calms = "b", {"b": 100}, True
    world.slow = {"b": 100}
    result = await run_fakes("b")
    assert notes(result) == [""]
