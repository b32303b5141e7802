"""The stub is what it stands for: a helper that drifts from the port proves nothing."""

from __future__ import annotations

from typing import Any

from squall_faults.ports import AppControl


def test_the_stub_is_an_apps_process(port: Any) -> None:
    assert isinstance(port, AppControl)
