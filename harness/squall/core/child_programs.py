"""Command lines and environments of Squall's child programs: the engine, the load, the watchdog.

They run in the user's directory. A module there named ``click.py`` or ``types.py``, or a package
named ``faults``, must not shadow what they import. ``-P`` keeps the working directory off the
module path, and variables that change how Python starts are not passed on. The app under test is
not a child program in this sense: it keeps its directory and its environment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

KEPT = frozenset({
    "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONUTF8", "PYTHONHASHSEED",
    "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONCOERCECLOCALE",
})  # fmt: skip
"""Variables that say where Python and its packages are, or that do not change what Python runs."""

SOURCE_ROOT = Path(__file__).resolve().parents[2]
"""The directory that holds the package ``squall``."""


class Child(Protocol):
    """A process that asyncio watches."""

    @property
    def pid(self) -> int: ...  # noqa: D102 - as in asyncio
    @property
    def returncode(self) -> int | None: ...  # noqa: D102 - the same


def signal_child(child: Child, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal if it still runs. Its own methods also look whether it has just ended, and then
    take its exit code away from asyncio, which tells of an unknown child process, and of 255.
    """
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, number)


def python_module(module: str, *arguments: str, python: str | Path | None = None) -> list[str]:
    """The command line that runs one module. Nothing in the working directory can shadow it."""
    return [str(python or sys.executable), "-P", "-m", module, *arguments]


def clean_environment(inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without ``PYTHONPATH``, ``PYTHONINSPECT`` and similar variables.

    A ``PYTHONPATH`` entry is kept if Squall itself is imported from it (``pip install --target``).
    """
    source = os.environ if inherited is None else inherited
    environment = {
        name: value
        for name, value in source.items()
        if not name.startswith("PYTHON") or name in KEPT
    }
    if any(Path(entry).resolve() == SOURCE_ROOT for entry in _entries(source)):
        environment["PYTHONPATH"] = str(SOURCE_ROOT)
    return environment


def _entries(environment: Mapping[str, str]) -> list[str]:
    return [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
