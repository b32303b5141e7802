"""Faults of one's own on the command line and in pytest: importing their modules registers them.

    [tool.squall]
    faults = ["mypkg.faults"]

A module is looked for beside the pyproject.toml that names it, then among the installed packages.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from harness.core.errors import UsageError
from harness.scenario.config import FILE, fault_modules


def load(directory: Path) -> None:
    """Import what the pyproject.toml of ``directory`` names.

    Raises:
        UsageError: the table says it wrongly, or a module cannot be imported.
    """
    names = fault_modules(directory)
    here = str(directory.resolve())
    if names and here not in sys.path:
        sys.path.insert(0, here)
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever a module of theirs raises
            raise UsageError(
                f"{directory / FILE}: [tool.squall] faults: {name} cannot be imported:"
                f" {type(error).__name__}: {error}\n"
                f"  it is looked for in {here} and among the installed packages"
            ) from error
