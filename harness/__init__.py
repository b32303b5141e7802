"""Squall's harness: scenarios, labs, and verdicts from Python.

The public names are imported when they are first used, so that the pytest plugin, which every
pytest session loads, costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.checkers.verdict import Finding, Verdict
    from harness.core.errors import LabError, SquallError, UsageError
    from harness.scenario.dumper import dump
    from harness.scenario.hold import HeldLab
    from harness.scenario.lab import Lab, lab
    from harness.scenario.lab_options import LabOptions
    from harness.scenario.library import stock
    from harness.scenario.loader import load, loads
    from harness.scenario.model import Load, Scenario, Step, at, gate_set
    from harness.scenario.profile import REFERENCE, AppProfile
    from harness.scenario.runner import Run, Runner
    from harness.workload.operations import Operation

__all__ = [
    "REFERENCE",
    "AppProfile",
    "Finding",
    "HeldLab",
    "Lab",
    "LabError",
    "LabOptions",
    "Load",
    "Operation",
    "Run",
    "Runner",
    "Scenario",
    "SquallError",
    "Step",
    "UsageError",
    "Verdict",
    "at",
    "dump",
    "gate_set",
    "lab",
    "load",
    "loads",
    "stock",
]

_HOMES = {
    "REFERENCE": "scenario.profile", "AppProfile": "scenario.profile",
    "Finding": "checkers.verdict", "HeldLab": "scenario.hold",
    "Lab": "scenario.lab", "LabError": "core.errors",
    "LabOptions": "scenario.lab_options", "Load": "scenario.model",
    "Operation": "workload.operations",
    "Run": "scenario.runner", "Runner": "scenario.runner", "Scenario": "scenario.model",
    "SquallError": "core.errors", "Step": "scenario.model", "UsageError": "core.errors",
    "Verdict": "checkers.verdict", "at": "scenario.model", "dump": "scenario.dumper",
    "gate_set": "scenario.model", "lab": "scenario.lab", "load": "scenario.loader",
    "loads": "scenario.loader", "stock": "scenario.library",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
