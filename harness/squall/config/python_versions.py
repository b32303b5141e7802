"""Environments of an app by Python's version: ``--python 3.12`` names no path.

An interpreter alone cannot run an app, because its libraries are missing. What is looked for is a
virtual environment in the project: ``.venv``, ``.venv-3.12``, ``.nox/tests-3.12``, ``.tox/py312``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from squall.core.errors import UsageError

VERSION = re.compile(r"3\.[1-9]?[0-9]")

PLACES = (".venv*", "venv*", "env*", ".env*", ".nox/*", ".tox/*")


class VersionMissing(UsageError):
    """No environment of the project has the version. The message names the commands."""


def is_version(word: str) -> bool:
    """Whether a word is a version of Python, and no path."""
    return VERSION.fullmatch(word) is not None


def find_version(directory: Path, version: str, folder: str = "") -> Path | None:
    """The interpreter of the project's environment of this version; None for Squall's own.

    Squall's own environment counts if the project has no other one.

    Raises:
        VersionMissing: there is none.
    """
    found: dict[str, Path] = {}
    for place in _environments(directory, folder):
        found.setdefault(version_of(place), place / "bin" / "python")
    own = Path(sys.prefix).resolve()
    foreign = {number: one for number, one in found.items() if one.parents[1].resolve() != own}
    if version in foreign:
        return foreign[version].absolute()
    if version == ".".join(map(str, sys.version_info[:2])) and (version in found or not foreign):
        return None
    there = ", ".join(f"{number} ({one})" for number, one in sorted(found.items()) if number)
    raise VersionMissing(
        f"no environment with Python {version} was found below {directory}; there is"
        f" {there or 'none'}. Make one: python{version} -m venv .venv-{version} &&"
        f" .venv-{version}/bin/pip install -e ."
    )


def version_of(environment: Path) -> str:
    """The version of a virtual environment, such as ``3.12``; empty if it does not say so."""
    try:
        text = (environment / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    found = re.search(r"^version(?:_info)?\s*=\s*(3\.\d+)", text, re.MULTILINE)
    return found[1] if found else ""


def _environments(directory: Path, folder: str) -> list[Path]:
    """Virtual environments of the project, those of the app's folder first."""
    homes = dict.fromkeys([directory / folder, directory])
    places = [place for home in homes for name in PLACES for place in sorted(home.glob(name))]
    return [one for one in places if (one / "bin" / "python").is_file()]
