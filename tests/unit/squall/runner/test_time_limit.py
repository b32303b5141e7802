"""After the time limit of a suite nothing starts any more, and what was not run is told once."""

from __future__ import annotations

from squall.runner.suite_events import TimeLimitReached

from tests.unit.squall.runner.suite_fakes import RunFakes, World, outage

EACH = outage("a").planned_seconds


def told(world: World) -> list[list[str]]:
    return [
        [one.scenario.name for one in event.left]
        for event in world.events
        if isinstance(event, TimeLimitReached)
    ]


async def test_what_waits_when_the_time_is_up_is_skipped(run_fakes: RunFakes, world: World) -> None:
    result = await run_fakes("abcde", time_limit=1.5 * EACH)
    assert [run.scenario.name for run in result.runs] == ["a", "b"]
    assert [one.scenario.name for one in result.skipped] == ["c", "d", "e"]
    assert {one.reason for one in result.skipped} == {
        f"not run: the time limit of {1.5 * EACH:g} s was reached (--time-limit)"
    }
    assert told(world) == [["c", "d", "e"]]


async def test_in_time_nothing_is_skipped(run_fakes: RunFakes, world: World) -> None:
    result = await run_fakes("abc", time_limit=9 * EACH)
    assert (len(result.runs), result.skipped, told(world)) == (3, (), [])


async def test_another_try_does_not_start_either(run_fakes: RunFakes, world: World) -> None:
    """The last try of ``a`` would run alone, after everything else."""
    world.busy = {"a": 2}
    result = await run_fakes("abcdef", max_labs=2, jobs=2, time_limit=2.5 * EACH)
    names = {run.scenario.name for run in result.runs} | {
        one.scenario.name for one in result.skipped
    }
    assert names == set("abcdef")
    assert "a" in {one.scenario.name for one in result.skipped}


async def test_all_groups_end(run_fakes: RunFakes, world: World) -> None:
    result = await run_fakes("ab", "cd", time_limit=0.5 * EACH)
    assert [run.scenario.name for run in result.runs] == ["a"]
    assert [one.scenario.name for one in result.skipped] == ["b", "c", "d"]
    assert world.open == 0
