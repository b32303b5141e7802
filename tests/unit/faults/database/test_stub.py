"""The stub is what it stands for: a helper that drifts from the port proves nothing."""

from __future__ import annotations

from typing import Any

from faults.ports import DatabaseProcess


def test_the_stub_is_a_database_process(stub: Any) -> None:
    assert isinstance(stub(), DatabaseProcess)
