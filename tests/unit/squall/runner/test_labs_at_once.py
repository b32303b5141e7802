"""On a machine that is too busy for all labs one lab less runs, and never fewer than wanted."""

from __future__ import annotations

from squall.runner.suite_events import LabsReduced

from tests.unit.squall.runner.suite_fakes import RunFakes, World


def reductions(world: World) -> list[int]:
    return [event.left for event in world.events if isinstance(event, LabsReduced)]


async def test_two_busy_runs_end_one_lab(run_fakes: RunFakes, world: World) -> None:
    world.busy = {"a": 1, "b": 1}
    result = await run_fakes("abcdefghi", max_labs=3, jobs=3, jobs_if_busy=2)
    assert reductions(world) == [2]
    assert [run.scenario.name for run in result.runs] == list("abcdefghi")
    assert (world.started, world.open) == (3, 0)


async def test_one_busy_run_ends_none(run_fakes: RunFakes, world: World) -> None:
    world.busy = {"a": 1}
    await run_fakes("abcdefghi", max_labs=3, jobs=3, jobs_if_busy=1)
    assert reductions(world) == []


async def test_labs_end_one_by_one_down_to_what_is_wanted(
    run_fakes: RunFakes, world: World
) -> None:
    world.busy = dict.fromkeys("abcdefgh", 1)
    result = await run_fakes("abcdefghijkl", max_labs=4, jobs=4, jobs_if_busy=2)
    assert reductions(world) == [3, 2]
    assert [run.scenario.name for run in result.runs] == list("abcdefghijkl")


async def test_what_a_lab_leaves_another_group_takes(run_fakes: RunFakes, world: World) -> None:
    world.busy = {"a": 2}
    result = await run_fakes("abc", "de", jobs=2, jobs_if_busy=1)
    assert reductions(world) == [1]
    assert [run.scenario.name for run in result.runs] == list("abcde")


async def test_without_a_lower_number_all_labs_stay(run_fakes: RunFakes, world: World) -> None:
    world.busy = dict.fromkeys("abcdefgh", 1)
    await run_fakes("abcdefghi", max_labs=3, jobs=3)
    assert reductions(world) == []
