"""The tree under test, as files."""

from __future__ import annotations

from pathlib import Path

import pytest

PACKAGES = ("harness", "faults", "app_under_test", "proof")


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def sources(root: Path) -> dict[str, str]:
    """Text of every source file, by its path below the root."""
    files = [file for package in PACKAGES for file in sorted((root / package).rglob("*.py"))]
    return {file.relative_to(root).as_posix(): file.read_text("utf-8") for file in files}
