"""The one suite runner: a lab that fails hides nothing of the others; repeats have limits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.core.clock import VirtualClock
from squall.core.errors import AppFailed, EngineFailed, LabError, SquallError, UsageError
from squall.lab.lab_options import LabOptions
from squall.runner.retry_policy import RetryPolicy
from squall.runner.suite import Suite, run_suite
from squall.runner.suite_events import (
    LabEnded,
    RunProgress,
    ScenarioFinished,
    SuiteEvent,
    SuiteFinished,
    SuiteGroup,
    SuiteStarted,
)
from squall_faults.errors import InjectionFailed

from tests.unit.squall.runner.suite_fakes import RunFakes, World, outage


async def test_all_run_in_one_lab_in_their_order(run_fakes: RunFakes, world: World) -> None:
    result = await run_fakes("abc")
    assert (world.lines, world.started, world.open) == (["a", "b", "c"], 1, 0)
    assert (result.failures, result.skipped) == ((), ())


async def test_the_events_tell_the_whole_story(run_fakes: RunFakes, world: World) -> None:
    await run_fakes("ab")
    assert [type(event).__name__ for event in world.events] == [
        "SuiteStarted", "LabStarted",
        "ScenarioStarted", "RunProgress", "ScenarioFinished",
        "ScenarioStarted", "RunProgress", "ScenarioFinished",
        "LabEnded", "SuiteFinished",
    ]  # fmt: skip
    planned = outage("a").planned_seconds
    assert [event.at for event in world.events if isinstance(event, ScenarioFinished)] == [
        planned, 2 * planned,
    ]  # fmt: skip


async def test_an_outage_whose_lab_breaks_is_tried_again_in_a_new_one(
    run_fakes: RunFakes, world: World
) -> None:
    world.breaks = {"b": 1}
    result = await run_fakes("abc")
    assert world.lines == ["a", "b again", "new lab", "b", "c"]
    assert [one.reason for one in result.failures] == ["b is not whole\nnext: look"]
    assert [run.scenario.name for run in result.runs] == ["a", "b", "c"]
    assert result.unproven == []


async def test_what_breaks_two_labs_is_left_out_and_the_others_go_on(
    run_fakes: RunFakes, world: World
) -> None:
    world.breaks = {"b": 9}
    result = await run_fakes("abc")
    assert world.lines == ["a", "b again", "new lab", "b left", "new lab", "c"]
    assert [run.scenario.name for run in result.runs] == ["a", "c"]
    assert [one.scenario.name for one in result.unproven] == ["b"]


async def test_after_three_failed_labs_nothing_is_tried_any_more(
    run_fakes: RunFakes, world: World
) -> None:
    world.breaks = {"a": 1, "b": 9}
    result = await run_fakes("abcd")
    assert world.lines == ["a again", "new lab", "a", "b again", "new lab", "b left"]
    assert [(f.scenario.name, f.reason.partition("\n")[0]) for f in result.failures] == [
        ("a", "a is not whole"),
        ("b", "b is not whole"),
        ("b", "b is not whole"),
        ("c", "not run: 3 labs failed before"),
        ("d", "not run: 3 labs failed before"),
    ]
    assert [f.attempted for f in result.failures] == [True, True, True, False, False]


async def test_an_engine_that_hangs_now_and_then_ends_no_check(
    run_fakes: RunFakes, world: World
) -> None:
    """Four labs fail, each is replaced, and every outage has its verdict."""
    world.hangs = dict.fromkeys("abcd", 1)
    result = await run_fakes("abcd")
    assert [run.scenario.name for run in result.runs] == list("abcd")
    assert [one.engine_hung for one in result.failures] == [True] * 4
    assert result.unproven == []


async def test_an_engine_that_always_hangs_is_given_up(run_fakes: RunFakes, world: World) -> None:
    world.hangs = dict.fromkeys("abcd", 9)
    result = await run_fakes("abcd")
    assert world.lines == ["a again", "new lab", "a left", "new lab", "b left"]
    assert len(result.unproven) == 4


async def test_hangs_and_other_failures_are_counted_apart(
    run_fakes: RunFakes, world: World
) -> None:
    world.hangs, world.breaks = {"a": 1, "c": 1}, {"b": 1, "d": 1}
    result = await run_fakes("abcde")
    assert [run.scenario.name for run in result.runs] == list("abcde")


async def test_an_engine_that_hangs_in_the_first_lab_has_another_chance(
    run_fakes: RunFakes, world: World
) -> None:
    world.no_starts, world.no_start = 1, EngineFailed("the proxy (toxiproxy) did not answer")
    result = await run_fakes("ab")
    assert [run.scenario.name for run in result.runs] == ["a", "b"]


@pytest.mark.parametrize(
    "error",
    [
        InjectionFailed("the engine is gone"),
        LookupError("unknown encoding: hex"),
        asyncio.CancelledError("a sub-task was lost"),
    ],
)
async def test_whatever_a_run_raises_one_outage_is_lost_and_never_the_suite(
    run_fakes: RunFakes, world: World, error: BaseException
) -> None:
    world.raises = {"b": error}
    result = await run_fakes("abc")
    assert world.lines == ["a", "b again", "new lab", "b", "c"]
    assert str(error) in result.failures[0].reason


async def test_a_task_group_that_fails_is_no_interruption(
    run_fakes: RunFakes, world: World
) -> None:
    world.raises, world.in_a_group = {"b": LabError("the app did not start")}, True
    await run_fakes("abc")
    assert world.lines == ["a", "b again", "new lab", "b", "c"]


async def test_an_error_of_the_clean_up_after_ctrl_c_does_not_hide_it(
    run_fakes: RunFakes, world: World
) -> None:
    world.interrupted_in, world.interrupted_with = "b", LabError("the heal failed")
    suite = asyncio.create_task(run_fakes("abc"))
    with pytest.raises((asyncio.CancelledError, LabError)):
        await suite
    assert world.lines == ["a", "interrupted"]


async def test_an_internal_error_is_named_as_one(run_fakes: RunFakes, world: World) -> None:
    world.raises = {"a": KeyError("spam")}
    result = await run_fakes("a")
    assert result.failures[0].reason.startswith("internal error: KeyError: 'spam'\n  please report")


async def test_a_lab_that_is_not_ours_is_not_thrown_away_and_what_has_run_is_kept(
    run_fakes: RunFakes, world: World
) -> None:
    world.breaks = {"b": 1}
    result = await run_fakes("abc", provider="compose")
    assert (world.lines, world.started) == (["a", "b left"], 1)
    assert [run.scenario.name for run in result.runs] == ["a"]
    assert [one.scenario.name for one in result.unproven] == ["b", "c"]


async def test_after_an_outage_that_left_the_app_unhealthy_the_next_has_a_new_lab(
    run_fakes: RunFakes, world: World
) -> None:
    world.taints = "b"
    await run_fakes("abc")
    assert world.lines == ["a", "b", "new lab", "c"]


async def test_an_app_that_is_unhealthy_before_an_outage_is_judged_in_a_new_lab(
    run_fakes: RunFakes, world: World
) -> None:
    world.spoils = "a"
    await run_fakes("abc")
    assert world.lines == ["a", "b unhealthy", "new lab", "b", "c"]


async def test_what_the_outages_before_may_have_used_up_is_asked_for_once_more_in_a_new_lab(
    run_fakes: RunFakes, world: World
) -> None:
    world.refuses = {"a": 9, "b": 9}
    await run_fakes("abc")
    assert world.lines == ["a", "b refused", "new lab", "b", "c"], "the first lab was new for a"


async def test_an_app_that_does_not_end_after_other_outages_is_told_to_once_more_in_a_new_lab(
    run_fakes: RunFakes, world: World
) -> None:
    world.stays = {"a": 1, "b": 1}
    result = await run_fakes("abc")
    assert world.lines == ["a", "b stays", "new lab", "b", "c"], "the first lab was new for a"
    assert [vars(run)["note"] for run in result.runs] == ["", "b did not end", ""]


async def test_an_app_that_is_not_ours_stays_as_unhealthy_as_it_is(
    run_fakes: RunFakes, world: World
) -> None:
    world.spoils, world.taints = "a", "b"
    await run_fakes("abc", provider="compose")
    assert (world.lines, world.started) == (["a", "b", "c"], 1)


async def test_an_app_that_is_ill_without_faults_ends_the_suite_at_once(
    run_fakes: RunFakes, world: World
) -> None:
    world.ill = "a"
    result = await run_fakes("abc")
    assert world.lines == ["a", "b skipped", "c skipped"]
    assert {one.reason for one in result.skipped} == {
        "not run: the app is not well without faults (see a)"
    }


async def test_an_illness_after_other_outages_is_not_blamed_on_the_app_alone(
    run_fakes: RunFakes, world: World
) -> None:
    world.ill = "b"
    await run_fakes("abc")
    assert world.lines == ["a", "b", "c"]


async def test_a_run_on_a_busy_machine_is_repeated_in_the_same_lab_three_times_at_most(
    run_fakes: RunFakes, world: World
) -> None:
    world.busy = {"a": 1, "b": 9}
    await run_fakes("ab")
    assert (world.lines, world.started) == (["a busy", "a", "b busy", "b busy", "b"], 1)
    assert world.seeds == [("a", 7)] * 2 + [("b", 7)] * 3


async def test_a_fault_that_missed_by_chance_is_injected_again_three_times_at_most(
    run_fakes: RunFakes, world: World
) -> None:
    world.missed = {"a": 1, "b": 9}
    await run_fakes("ab")
    assert (world.lines, world.started) == (["a missed", "a", "b missed", "b missed", "b"], 1)
    first = world.seeds[0][1]
    assert [seed - first for _, seed in world.seeds] == [0, 1, 0, 1, 2], "other draws"


@pytest.mark.parametrize(
    ("close", "lines", "passed", "note"),
    [
        ([True, True], ["a close", "a"], False, ""),
        ([True, False, False], ["a close", "a close", "a"], True, "a: 1 of 3"),
        ([True, False, True], ["a close", "a close", "a"], False, ""),
        ([False], ["a"], True, ""),
    ],
)
async def test_a_limit_that_is_missed_closely_needs_two_runs_that_agree(
    close: list[bool],
    lines: list[str],
    passed: bool,
    note: str,
    run_fakes: RunFakes,
    world: World,
) -> None:
    world.close = {"a": close}
    run: Any = (await run_fakes("a")).runs[0]
    assert (world.lines, run.passed, run.note) == (lines, passed, note)
    assert world.close == {"a": []}


async def test_a_comparison_does_not_repeat_what_it_measures(
    run_fakes: RunFakes, world: World
) -> None:
    world.close = {"a": [True]}
    result = await run_fakes("a", policy=RetryPolicy(confirm_close_failures=False))
    assert (world.lines, result.runs[0].passed) == (["a"], False)


async def test_what_a_lab_cannot_do_is_skipped(run_fakes: RunFakes, world: World) -> None:
    world.unsupported = "b"
    result = await run_fakes("abc")
    assert world.lines == ["a", "b skipped", "c"]
    assert [(s.scenario.name, s.reason) for s in result.skipped] == [("b", "no writes")]


async def test_the_first_lab_must_start(run_fakes: RunFakes, world: World) -> None:
    world.no_starts = 1
    with pytest.raises(LabError, match="PostgreSQL did not start"):
        await run_fakes("abc")
    assert world.lines == ["interrupted"]


async def test_a_later_lab_that_does_not_start_is_one_failure(
    run_fakes: RunFakes, world: World
) -> None:
    world.taints, world.fails_to_start = "a", {2}
    result = await run_fakes("ab")
    assert world.lines == ["a", "b again", "new lab", "b"]
    assert len(result.failures) == 1


async def test_wrong_input_ends_the_suite(run_fakes: RunFakes, world: World) -> None:
    world.raises = {"a": UsageError("there is no such provider")}
    with pytest.raises(UsageError):
        await run_fakes("ab")
    assert world.lines == ["interrupted"]


async def test_an_interruption_keeps_what_has_run_and_ends_the_lab(
    run_fakes: RunFakes, world: World
) -> None:
    world.interrupted_in = "b"
    suite = asyncio.create_task(run_fakes("abc"))
    with pytest.raises(asyncio.CancelledError):
        await suite
    last = world.events[-1]
    assert isinstance(last, SuiteFinished)
    assert [run.scenario.name for run in last.result.runs] == ["a"]
    assert (world.lines, world.open) == (["a", "interrupted"], 0)


async def test_a_verdict_is_kept_when_the_interruption_comes_while_it_is_written_down(
    run_fakes: RunFakes, world: World
) -> None:
    async def interrupt(event: SuiteEvent) -> None:
        if isinstance(event, ScenarioFinished) and world.task is not None:
            world.task.cancel()
            await asyncio.sleep(0)

    suite = asyncio.create_task(run_fakes("ab", listeners=[interrupt]))
    with pytest.raises(asyncio.CancelledError):
        await suite
    last = world.events[-1]
    assert isinstance(last, SuiteFinished)
    assert [run.scenario.name for run in last.result.runs] == ["a"]


async def test_several_labs_take_the_longest_first_and_are_as_many_as_wanted(world: World) -> None:
    scenarios = [outage("short", 1), outage("long", 9), outage("middle", 5)]
    group = SuiteGroup(scenarios=scenarios, options=LabOptions(profile=REFERENCE), max_labs=2)
    suite = Suite([group], jobs=2, listeners=[world.hear], clock=VirtualClock())
    result = await suite.run()
    assert [name for name, _ in world.seeds][:2] == ["long", "middle"]
    assert world.most_open == 2
    assert [run.scenario.name for run in result.runs] == ["short", "long", "middle"]


async def test_each_group_has_its_own_labs(run_fakes: RunFakes, world: World) -> None:
    result = await run_fakes("ab", "c", "de", jobs=2)
    assert (world.started, world.most_open, world.open) == (3, 2, 0)
    assert [run.scenario.name for run in result.runs] == ["a", "b", "c", "d", "e"]


async def test_repeats_can_wait_for_the_end_and_draw_other_seeds(
    run_fakes: RunFakes, world: World
) -> None:
    world.busy = {"a": 2}
    policy = RetryPolicy(repeat_alone=True, repeat_seed_step=1)
    result = await run_fakes("ab", "c", policy=policy, jobs=2)
    assert world.seeds[-2:] == [("a", 8), ("a", 9)]
    assert world.lines[-1] == "a"
    assert [run.scenario.name for run in result.runs] == ["a", "b", "c"]


async def test_beside_other_labs_the_last_try_waits_until_they_have_ended(
    run_fakes: RunFakes, world: World
) -> None:
    world.busy = {"a": 2}
    await run_fakes("abcdefg", max_labs=2, jobs=2)
    assert world.lines[-1] == "a"
    assert world.lines.count("a busy") == 2


async def test_every_run_can_have_a_lab_of_its_own(run_fakes: RunFakes, world: World) -> None:
    await run_fakes("abc", policy=RetryPolicy(fresh_lab_each=True))
    assert world.started == 3


async def test_an_app_that_does_not_start_can_be_a_result(
    run_fakes: RunFakes, world: World
) -> None:
    world.raises = {"a": AppFailed("the app ended with exit code 3")}
    policy = RetryPolicy(app_failure_is_final=True, max_failed_labs=None)
    result = await run_fakes("ab", policy=policy)
    assert world.lines == ["a left", "new lab", "b"]
    assert result.failures[0].app_failed


async def test_a_suite_waits_for_a_listener_that_takes_its_time(
    run_fakes: RunFakes, world: World
) -> None:
    order: list[str] = []

    async def slow(event: SuiteEvent) -> None:
        if isinstance(event, ScenarioFinished | LabEnded):
            await asyncio.sleep(0)
            order.append(f"{type(event).__name__} {world.open}")

    await run_fakes("a", listeners=[slow])
    assert order == ["ScenarioFinished 1", "LabEnded 0"]


@pytest.mark.parametrize("when", [SuiteStarted, RunProgress, ScenarioFinished])
async def test_a_listener_that_fails_ends_the_suite_and_is_no_failed_lab(
    run_fakes: RunFakes, world: World, when: type[SuiteEvent]
) -> None:
    async def later(event: SuiteEvent) -> None:
        if isinstance(event, when):
            raise SquallError("the disk is full")

    def at_once(event: SuiteEvent) -> None:
        if isinstance(event, when):
            raise SquallError("the disk is full")

    listeners: list[Any] = [later, at_once]
    for listener in listeners:
        with pytest.raises(SquallError, match="the disk is full"):
            await run_fakes("ab", listeners=[listener])
    assert world.open == 0
    assert not [line for line in world.lines if line.endswith(("again", "left"))]


async def test_run_suite_takes_names_and_refuses_unknown_ones(world: World) -> None:
    result = await run_suite(
        ["slow-network", outage("a")], LabOptions(profile=REFERENCE), listeners=[world.hear]
    )
    assert [run.scenario.name for run in result.runs] == ["slow-network", "a"]
    with pytest.raises(UsageError, match="no stock outage 'nothing'"):
        await run_suite(["nothing"], LabOptions(profile=REFERENCE))
