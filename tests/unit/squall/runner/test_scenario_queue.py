"""The order in which the outages of a group run."""

from __future__ import annotations

from dataclasses import replace

from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.runner.scenario_queue import fill_queues
from squall.runner.suite_events import SuiteGroup

from tests.unit.squall.runner.suite_fakes import outage

OUTAGES = [
    outage("short", 0.5),
    outage("long", 9),
    replace(outage("smoke", 2), tags=frozenset({"smoke"})),
]


def order(jobs: int, max_labs: int, *, short_first: bool = False) -> list[str]:
    options = LabOptions(profile=REFERENCE, seed=1)
    group = SuiteGroup(scenarios=OUTAGES, options=options, max_labs=max_labs)
    (queue,) = fill_queues([group], jobs, short_first=short_first)
    return [task.scenario.name for task in queue.waiting]


def test_one_lab_keeps_the_order_of_the_table() -> None:
    assert order(1, 4) == order(4, 1) == ["short", "long", "smoke"]


def test_several_labs_take_smoke_first_then_the_longest() -> None:
    assert order(2, 2) == ["smoke", "long", "short"]


def test_within_a_time_limit_the_shortest_come_before_the_longest() -> None:
    assert order(2, 2, short_first=True) == ["smoke", "short", "long"]
