"""Faults of one's own in pytest: those that ``[tool.squall]`` names are registered at the start."""

from __future__ import annotations

from pathlib import Path

import pytest


def names_faults(directory: Path) -> bool:
    """Whether ``[tool.squall]`` may name faults: cheap, since every session asks."""
    file = directory / "pyproject.toml"
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    return "[tool.squall]" in text and "faults" in text


def register_own_faults(directory: Path) -> None:
    """Before a scenario file wants one.

    Raises:
        pytest.UsageError: the table says it wrongly, or a module cannot be imported.
    """
    if not names_faults(directory):
        return
    from harness.core.errors import UsageError  # noqa: PLC0415 - as in the plugin
    from harness.scenario import own_faults  # noqa: PLC0415 - the same

    try:
        own_faults.load(directory)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
