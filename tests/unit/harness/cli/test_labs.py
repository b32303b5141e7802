"""The outages of a command and its labs: a lab that breaks hides nothing of the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest

from faults.network.refuse import Refuse
from harness.cli import labs
from harness.cli.labs import Job, Queue
from harness.core.errors import LabError
from harness.scenario.lab_options import LabOptions
from harness.scenario.model import Scenario, at
from harness.scenario.profile import REFERENCE

Told = Callable[..., tuple[Queue, list[str], int]]


def outage(name: str, lasting: float = 1.0) -> Scenario:
    return Scenario(name=name, story="It rains.", steps=(at(0, Refuse(), lasting=lasting),))


def job(names: str, **given: Any) -> Job:
    fields = {"jobs": 1, "options": LabOptions(profile=REFERENCE), **given}
    return Job(
        scenarios=[outage(name) for name in names], directory=cast("Any", None), reproduce="",
        **fields,
    )  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Run a job whose outages break their lab as often as ``breaks`` says by name.

    Outages of ``spends_lab`` leave the app ill, those of ``spoils`` without anybody noticing.
    """

    def run(
        given: Job, spends_lab: str = "", spoils: str = "", **breaks: int
    ) -> tuple[Queue, list[str], int]:
        lines: list[str] = []
        started: list[int] = []

        @asynccontextmanager
        async def a_lab(_options: LabOptions) -> AsyncIterator[Any]:
            started.append(1)
            yield SimpleNamespace(lacks=lambda _scenario: None, ill=[])

        async def conclusive(runner: Any, scenario: Scenario, **_more: Any) -> Any:
            if breaks.get(scenario.name, 0):
                breaks[scenario.name] -= 1
                raise LabError(f"{scenario.name} is not whole\nnext: look")
            ill_before = bool(runner.ill)
            if scenario.name in spoils:
                runner.ill.append(scenario.name)
            spends = ill_before or scenario.name in spends_lab
            return SimpleNamespace(scenario=scenario, ill_before=ill_before, spends_its_lab=spends)

        class Terminal:
            once_more = lab_is_up = lab_is_new = staticmethod(lambda *_: None)

            def watching(self, _scenario: Scenario) -> Any:
                return nullcontext()

            def broke(self, broken: Any) -> None:
                lines.append(f"{broken.scenario.name} {'again' if broken.again else 'left'}")

            def ill_before(self, run: Any) -> None:
                lines.append(f"{run.scenario.name} ill before")

            def finished(self, run: Any) -> None:
                lines.append(run.scenario.name)

        monkeypatch.setattr(labs, "lab", a_lab)
        monkeypatch.setattr(labs, "conclusive", conclusive)
        monkeypatch.setattr(labs, "Runner", lambda lab: lab)
        files = SimpleNamespace(write_run=lambda *_: None)
        queue = asyncio.run(labs.run_all(given, cast("Any", Terminal()), cast("Any", files)))
        return queue, lines, len(started)

    return run


def test_all_run_in_one_lab_in_their_order(told: Told) -> None:
    queue, lines, started = told(job("abc"))
    assert (lines, started, queue.broken) == (["a", "b", "c"], 1, [])


def test_an_outage_that_breaks_its_lab_is_tried_once_more_in_a_new_one(told: Told) -> None:
    queue, lines, started = told(job("abc"), b=1)
    assert (lines, started) == (["a", "b again", "b", "c"], 2)
    assert [one.reason for one in queue.broken] == ["b is not whole\nnext: look"]
    assert [run.scenario.name for run in queue.runs] == ["a", "b", "c"]


def test_what_breaks_two_labs_is_left_out_and_the_others_go_on(told: Told) -> None:
    queue, lines, started = told(job("abc"), b=9)
    assert (lines, started) == (["a", "b again", "b left", "c"], 3)
    assert [run.scenario.name for run in queue.runs] == ["a", "c"]


def test_after_three_broken_labs_nothing_is_tried_any_more(told: Told) -> None:
    queue, lines, started = told(job("abcd"), a=1, b=9)
    assert (lines, started) == (["a again", "a", "b again", "b left"], 3)
    assert [(one.scenario.name, one.reason.partition("\n")[0]) for one in queue.broken] == [
        ("a", "a is not whole"),
        ("b", "b is not whole"),
        ("b", "b is not whole"),
        ("c", "not run: 3 labs were broken before"),
        ("d", "not run: 3 labs were broken before"),
    ]


def test_a_lab_that_is_not_ours_is_not_thrown_away(told: Told) -> None:
    options = LabOptions(profile=REFERENCE, provider="compose")
    with pytest.raises(LabError, match="b is not whole"):
        told(job("abc", options=options), b=1)


def test_after_an_outage_that_left_the_app_ill_the_next_has_a_new_lab(told: Told) -> None:
    queue, lines, started = told(job("abc"), spends_lab="b")
    assert (lines, started, queue.broken) == (["a", "b", "c"], 2, [])
    queue, lines, started = told(job("abc"), spends_lab="c")
    assert (lines, started, queue.broken) == (["a", "b", "c"], 1, [])


def test_an_app_that_is_ill_before_an_outage_is_judged_in_a_new_lab(told: Told) -> None:
    queue, lines, started = told(job("abc"), spoils="a")
    assert (lines, started, queue.broken) == (["a", "b ill before", "b", "c"], 2, [])


def test_an_app_that_is_not_ours_stays_as_ill_as_it_is(told: Told) -> None:
    options = LabOptions(profile=REFERENCE, provider="compose")
    queue, lines, started = told(job("abc", options=options), spoils="a", spends_lab="b")
    assert (lines, started, queue.broken) == (["a", "b", "c"], 1, [])


def test_several_labs_take_the_longest_first() -> None:
    several = [outage("short", 1), outage("long", 9), outage("middle", 5)]
    order = {
        jobs: [each.name for _, each in Queue.of(
            Job(scenarios=several, options=LabOptions(profile=REFERENCE), jobs=jobs,
                directory=cast("Any", None), reproduce=""),
        ).waiting]
        for jobs in (1, 2)
    }  # fmt: skip
    assert order == {1: ["short", "long", "middle"], 2: ["long", "middle", "short"]}
