"""The interpreter of an app's own virtual environment: Squall need not be installed in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from squall.config.python_versions import find_version, is_version
from squall.core.errors import UsageError

USUAL = (".venv", "venv", "env", ".env")
SERVERS = ("uvicorn", "granian", "hypercorn")
"""Servers that run an import string. Most apps are written for uvicorn."""


def find_interpreter(directory: Path, named: str | None = None, folder: str = "") -> Path | None:
    """The interpreter that is named, else that of the app's environment; None for Squall's own.

    The environment is in the app's folder, in a directory above it up to the root of the repository
    (as in a uv workspace), or it is the activated one. The path is not resolved: a virtual
    environment works only through its own symbolic link. ``named`` is a path, or a version.

    Raises:
        UsageError: the interpreter that is named does not exist.
    """
    if named is not None:
        return _named(directory, named, folder)
    places = [directory / folder / name for name in USUAL] + [directory / name for name in USUAL]
    places += [path.parent for path in sorted(directory.glob("*/.venv/pyvenv.cfg"))]
    places += [above / name for above in _above(directory) for name in USUAL[:2]]
    places += [Path(os.environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX")
               if os.environ.get(name)]  # fmt: skip
    for place in places:
        python = (place / "bin" / "python").absolute()
        if python.is_file():
            own = place.resolve() == Path(sys.prefix).resolve()
            return None if own else python
    return None


def _named(directory: Path, named: str, folder: str) -> Path | None:
    """The interpreter of this path, or of the environment of this version."""
    if is_version(named):
        return find_version(directory, named, folder)
    python = (directory / named).absolute()
    if not python.is_file():
        raise UsageError(f"python {named!r}: is not there; it is looked for below {directory}")
    return python


def _above(directory: Path) -> list[Path]:
    """The directories above, up to the root of the repository; empty if there is no repository."""
    found: list[Path] = []
    for place in directory.resolve().parents if not (directory / ".git").exists() else ():
        found.append(place)
        if (place / ".git").exists():
            return found
    return []


def describe_interpreter(python: Path | None) -> str:
    """A line for the terminal: which interpreter runs the app, and why."""
    if python is None:
        return f"{sys.executable} (Squall's own; there is no other environment here)"
    return str(python)


def servers_of(python: Path | None) -> tuple[str, ...]:
    """The servers installed in an interpreter's environment, the usual one first."""
    if python is None:
        return SERVERS[:1]  # Squall requires it
    home = python.parent.parent
    if not (home / "pyvenv.cfg").exists():
        return SERVERS[:1]  # not a virtual environment: its packages may be anywhere
    folders = list(home.glob("lib*/python*/site-packages"))
    return tuple(name for name in SERVERS if any((one / name).is_dir() for one in folders))


def shadowing_names(directory: Path, python: Path | None = None) -> set[str]:
    """Modules of a directory that would shadow an installed module or one of the standard library.

    A package of the project that is also installed (``pip install .``) shadows nothing: only single
    files are compared with the modules installed for ``python``.
    """
    files = {file.stem for file in directory.glob("*.py")}
    packages = {place.parent.name for place in directory.glob("*/__init__.py")}
    hidden = (files | packages) & sys.stdlib_module_names
    for place in _site_packages(python or Path(sys.executable)):
        hidden |= {name for name in files if (place / name).is_dir()}
    return hidden


def _site_packages(python: Path) -> list[Path]:
    return [*(python.parent.parent / "lib").glob("python*/site-packages")]
