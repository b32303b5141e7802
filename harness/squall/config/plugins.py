"""Plugins: modules with custom faults and gates, which register themselves when imported.

    [tool.squall]
    plugins = ["mypkg.resilience"]

    [project.entry-points."squall.plugins"]      # of a package that others install
    mypkg = "mypkg.resilience"

A module that the table names is looked up next to its pyproject.toml, then among the installed
packages.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import entry_points
from pathlib import Path

from squall.config.interpreter import shadowing_names
from squall.config.pyproject import FILE, plugin_modules
from squall.core.errors import UsageError

GROUP = "squall.plugins"
"""Group of entry points."""


def load_plugins(directory: Path) -> None:
    """Import the installed plugins, then those that the pyproject.toml of ``directory`` names.

    Raises:
        UsageError: the key is not a list of modules, or a module cannot be imported.
    """
    _load_installed()
    names = plugin_modules(directory)
    here = str(directory.resolve())
    if names and here not in sys.path:
        # A click.py or aiohttp.py of the project must not shadow what Squall imports.
        sys.path.insert(len(sys.path) if shadowing_names(directory) else 0, here)
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:
            raise UsageError(
                f"{directory / FILE}: [tool.squall] plugins: {name} cannot be imported:"
                f" {type(error).__name__}: {error}\n"
                f"  it is looked for in {here} and among the installed packages"
            ) from error


def _load_installed() -> None:
    for point in entry_points(group=GROUP):
        try:
            point.load()
        except Exception as error:
            package = point.dist.name if point.dist is not None else "an installed package"
            raise UsageError(
                f"plugin {point.name!r} of {package} ({point.value}) cannot be imported:"
                f" {type(error).__name__}: {error}\n"
                f"  upgrade or uninstall {package}"
            ) from error
