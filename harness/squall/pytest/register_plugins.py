"""Plugins in pytest: register custom faults and gates before a scenario file uses them."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest


def names_plugins(directory: Path) -> bool:
    """Whether there may be plugins. The check is cheap, because every session runs it."""
    file = directory / "pyproject.toml"
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    return ("[tool.squall]" in text and "plugins" in text) or bool(
        entry_points(group="squall.plugins")
    )


def register_plugins(directory: Path) -> None:
    """Import them.

    Raises:
        pytest.UsageError: the table is wrong, or a module cannot be imported.
    """
    if not names_plugins(directory):
        return
    from squall.config import plugins  # noqa: PLC0415 - the same
    from squall.core.errors import UsageError  # noqa: PLC0415 - as in the plugin

    try:
        plugins.load_plugins(directory)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
