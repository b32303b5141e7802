"""Squall from Python: scenarios, labs, suites and verdicts. See docs/reference/python.md.

Public names are imported on first use, because every pytest session loads the pytest plugin and
must not pay for the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from squall import errors, faults, gates, testing
    from squall.config.profile import REFERENCE, AppProfile
    from squall.core.errors import LabError, SquallError, UsageError
    from squall.gates.verdict import Finding, Verdict
    from squall.lab.lab import Lab, lab
    from squall.lab.lab_options import LabOptions
    from squall.racing.race_result import RacesResult
    from squall.racing.races_from_python import races
    from squall.runner.retry_policy import RetryPolicy
    from squall.runner.run import Run, Runner
    from squall.runner.suite import run_suite
    from squall.runner.suite_events import SuiteEvent, SuiteResult
    from squall.runner.sync import SyncLab
    from squall.scenario.library import stock
    from squall.scenario.model import Load, Scenario, gate_set
    from squall.scenario.step import Step, at
    from squall.scenario.yaml_dumper import dump
    from squall.scenario.yaml_loader import load, loads
    from squall.sweeping.sweep_from_python import sweep
    from squall.sweeping.sweep_result import CellFailure, CellResult, SweepResult
    from squall.workload.operations import Operation

    __version__: str

__all__ = [
    "REFERENCE",
    "AppProfile",
    "CellFailure",
    "CellResult",
    "Finding",
    "Lab",
    "LabError",
    "LabOptions",
    "Load",
    "Operation",
    "RacesResult",
    "RetryPolicy",
    "Run",
    "Runner",
    "Scenario",
    "SquallError",
    "Step",
    "SuiteEvent",
    "SuiteResult",
    "SweepResult",
    "SyncLab",
    "UsageError",
    "Verdict",
    "__version__",
    "at",
    "dump",
    "errors",
    "faults",
    "gate_set",
    "gates",
    "lab",
    "load",
    "loads",
    "races",
    "run_suite",
    "stock",
    "sweep",
    "testing",
]

_HOMES = {
    "REFERENCE": "config.profile", "AppProfile": "config.profile",
    "Finding": "gates.verdict", "SyncLab": "runner.sync",
    "Lab": "lab.lab", "LabError": "core.errors",
    "LabOptions": "lab.lab_options", "Load": "scenario.model",
    "Operation": "workload.operations",
    "RetryPolicy": "runner.retry_policy", "run_suite": "runner.suite",
    "SuiteEvent": "runner.suite_events", "SuiteResult": "runner.suite_events",
    "Run": "runner.run", "Runner": "runner.run", "Scenario": "scenario.model",
    "SquallError": "core.errors", "Step": "scenario.step", "UsageError": "core.errors",
    "Verdict": "gates.verdict", "at": "scenario.step", "dump": "scenario.yaml_dumper",
    "gate_set": "scenario.model", "lab": "lab.lab", "load": "scenario.yaml_loader",
    "loads": "scenario.yaml_loader", "stock": "scenario.library",
    "sweep": "sweeping.sweep_from_python", "SweepResult": "sweeping.sweep_result",
    "CellFailure": "sweeping.sweep_result", "CellResult": "sweeping.sweep_result",
    "races": "racing.races_from_python", "RacesResult": "racing.race_result",
}  # fmt: skip

_MODULES = frozenset({"errors", "faults", "gates", "testing"})
"""Public modules. Every other module below ``squall`` is private."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name from the module that defines it."""
    if name == "__version__":
        return import_module("importlib.metadata").version("squall")
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted(__all__)
