"""An outage whose own repeats leave the app unhealthy ends, too."""

from __future__ import annotations

from tests.unit.squall.runner.suite_fakes import RunFakes, World


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
    await run_fakes("b")
    again = ["b busy", "b busy"]
    assert world.lines == [*again, "b unhealthy", "new lab", *again, "b"]
    assert world.started == 2
