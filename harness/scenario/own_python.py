"""The interpreter of an app's own virtual environment: Squall need not be installed into it."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.core.errors import UsageError

USUAL = (".venv/bin/python", "venv/bin/python")


def own_python(directory: Path, named: str | None = None) -> Path | None:
    """The one that is named, else a usual one of the directory that has uvicorn; None for Squall's.

    The path is not resolved: a link of a virtual environment is what makes it one.

    Raises:
        UsageError: the one that is named is not there.
    """
    if named is not None:
        python = (directory / named).absolute()
        if not python.is_file():
            raise UsageError(f"python {named!r}: is not there; it is looked for below {directory}")
        return python
    for usual in USUAL:
        python = (directory / usual).absolute()
        if python.is_file() and python.parent.parent.resolve() != Path(sys.prefix).resolve():
            return python if (python.parent / "uvicorn").is_file() else None
    return None
