"""A suite whose labs and runs are made by hand."""

from __future__ import annotations

import pytest
from squall.runner import lab_slot, scenario_runs

from tests.unit.squall.runner.suite_fakes import FakeRunner, RunFakes, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(lab_slot, "lab", made.lab)
    monkeypatch.setattr(scenario_runs, "Runner", lambda lab, clock: FakeRunner(made, lab, clock))
    monkeypatch.setattr(scenario_runs, "wait_for_idle_cpus", made.wait)
    return made


@pytest.fixture
def run_fakes(world: World) -> RunFakes:
    return RunFakes(world)
