"""The scenarios of one group that wait for a lab, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from squall.runner.scenario_task import ScenarioTask
from squall.runner.suite_events import SuiteGroup


@dataclass(slots=True)
class ScenarioQueue:
    """The tasks of one group."""

    group: SuiteGroup
    waiting: list[ScenarioTask]
    labs: int = 0
    """Number of labs that work on it now."""

    @property
    def takes_a_lab(self) -> bool:
        """Whether another lab has something to do here, and may."""
        return bool(self.waiting) and self.labs < self.group.max_labs


def fill_queues(
    groups: Sequence[SuiteGroup], jobs: int, *, short_first: bool = False
) -> list[ScenarioQueue]:
    """In the order of the table. Labs that share a group take the smoke outages first, which say
    most soonest, and then the longest, so that all labs end at about the same time; ``short_first``
    the shortest, of which most fit into a time limit.
    """
    queues, number = [], 0
    for group in groups:
        tasks = [
            ScenarioTask(scenario, group.options.seed, number + place)
            for place, scenario in enumerate(group.scenarios)
        ]
        number += len(tasks)
        if min(jobs, group.max_labs) > 1:
            tasks.sort(key=lambda task: _rank(task, short_first=short_first))
        queues.append(ScenarioQueue(group, tasks))
    return queues


def _rank(task: ScenarioTask, *, short_first: bool) -> tuple[bool, float]:
    seconds = task.scenario.planned_seconds
    return "smoke" not in task.scenario.tags, seconds if short_first else -seconds
