"""Directories that another account can enter: PostgreSQL does not run as root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """pytest's own are private; this one is not."""
    path = Path(tempfile.mkdtemp(prefix="lab-test-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
