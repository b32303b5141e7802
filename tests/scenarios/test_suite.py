"""The suite runner with real labs: a component that dies costs one lab, an interruption nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from squall import LabOptions, Load, Scenario, SuiteEvent, at, run_suite
from squall.core import events
from squall.lab.providers.process.engine_process import INSTALL, find_toxiproxy
from squall.runner.suite_events import LabStarted, RunProgress, SuiteListener
from squall_faults import Latency
from squall_proof.patterns.pattern_gallery import GALLERY

LIGHT = next(pattern for pattern in GALLERY if pattern.name == "asyncpg_pool")
"""An app that starts in a fraction of the reference's time: a suite is what is tested."""

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(240)]


def short(name: str) -> Scenario:
    return Scenario(
        name=name,
        story="Every answer of the database comes late.",
        steps=(at(0.0, Latency(latency_ms=20), lasting=0.5),),
        load=Load(rate_per_second=40),
        before_seconds=1.2,
        after_seconds=1.2,
    )


def engines() -> list[int]:
    """Numbers of the engines that this process has started; one that has ended does not count."""
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if "squall_faults.proxy" in process.cmdline():
                found.append(process.pid)
    return found


def kill_engine_of(scenario: str) -> SuiteListener:
    """A listener that kills the engine once, in the middle of this scenario's first run."""
    killed: list[int] = []
    of_others = set(engines())

    def listen(event: SuiteEvent) -> None:
        if killed or not isinstance(event, RunProgress) or event.scenario.name != scenario:
            return
        if isinstance(event.event, events.FaultInjected):
            (engine,) = set(engines()) - of_others
            killed.append(engine)
            os.kill(engine, signal.SIGKILL)

    return listen


async def test_an_engine_that_dies_costs_one_lab_and_no_outage() -> None:
    labs: list[LabStarted] = []
    of_others = engines()

    def count(event: SuiteEvent) -> None:
        if isinstance(event, LabStarted):
            labs.append(event)

    result = await run_suite(
        [short("first"), short("second"), short("third")],
        LabOptions(profile=LIGHT.profile(), seed=1),
        listeners=[kill_engine_of("second"), count],
    )
    assert [run.scenario.name for run in result.runs] == ["first", "second", "third"]
    (failure,) = result.failures
    assert (failure.scenario.name, failure.again) == ("second", True)
    assert "engine" in failure.reason
    assert [event.replaces for event in labs] == [False, True]
    assert engines() == of_others


def stop_every_toxiproxy() -> SuiteListener:
    """A listener that stops Toxiproxy once under each outage, so that it hangs."""
    hung: set[str] = set()

    def listen(event: SuiteEvent) -> None:
        if not isinstance(event, RunProgress) or event.scenario.name in hung:
            return
        if isinstance(event.event, events.FaultInjected):
            hung.add(event.scenario.name)
            for process in psutil.Process().children():
                if find_toxiproxy() in process.cmdline():
                    process.suspend()

    return listen


@pytest.mark.proof
async def test_a_toxiproxy_that_hangs_under_each_outage_ends_no_check(
    need: Callable[[str, str], None],
) -> None:
    if find_toxiproxy() is None:
        need("toxiproxy", INSTALL)
    names = ["first", "second", "third", "fourth"]
    result = await run_suite(
        [short(name) for name in names],
        LabOptions(profile=LIGHT.profile(), seed=1, engine="toxiproxy"),
        listeners=[stop_every_toxiproxy()],
    )
    assert [run.scenario.name for run in result.runs] == names
    assert [one.engine_hung for one in result.failures] == [True] * 4


def test_an_interrupted_command_leaves_the_verdicts_that_it_had(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["check", LIGHT.target, "--only", "smoke", "--seed", "1", "--output", str(out)]
    command = subprocess.Popen(
        [sys.executable, "-m", "squall.cli", *words], stdout=subprocess.PIPE, text=True,
        cwd=tmp_path,
    )  # fmt: skip
    try:
        ends = time.monotonic() + 200
        while not list(out.glob("*/report.html")) and time.monotonic() < ends:
            assert command.poll() is None, command.communicate()
            time.sleep(0.05)
        command.send_signal(signal.SIGTERM)
        text, _ = command.communicate(timeout=60)
    finally:
        command.kill()
    assert command.returncode == 130
    body = json.loads((out / "verdict.json").read_text("utf-8"))
    judged = [outage["scenario"] for outage in body["outages"]]
    assert judged
    assert body["verdict"] != "pass"
    assert len(judged) + len(body["broken"]) + len(body.get("skipped", ())) == 6
    assert (out / "index.html").is_file()
    assert f'name="{judged[0]}"' in (out / "junit.xml").read_text("utf-8")
    assert "not run, in" in text
