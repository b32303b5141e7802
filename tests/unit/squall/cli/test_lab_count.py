"""The number of labs follows the CPUs, and what else runs on them."""

from __future__ import annotations

import os

import psutil
import pytest
from squall.cli.lab_count import MAX_LABS, labs_of_light_runs, labs_of_this_machine


@pytest.mark.parametrize(
    ("cpus", "percent", "labs"),
    [(1, 0.0, 1), (2, 10.0, 3), (2, 80.0, 2), (4, 0.0, 4), (16, 0.0, MAX_LABS), (16, 90.0, 4)],
)
def test_labs_of_light_runs_use_idle_cpus(
    monkeypatch: pytest.MonkeyPatch, cpus: int, percent: float, labs: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cpus)
    monkeypatch.setattr(psutil, "cpu_percent", lambda **_: percent)
    assert labs_of_light_runs() == labs


def test_one_lab_for_each_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert labs_of_this_machine() == 1
