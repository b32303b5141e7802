"""The stub is what a lab supplies."""

from __future__ import annotations

from typing import Any

from squall_faults.ports import WorkerControl


def test_the_stub_is_a_set_of_workers(stub: Any) -> None:
    assert isinstance(stub(), WorkerControl)
