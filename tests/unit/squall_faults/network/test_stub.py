"""The stub is what it stands for: a helper that drifts from the port proves nothing."""

from __future__ import annotations

from typing import Any

from squall_faults.ports import NetworkProxy


def test_the_stub_is_a_network_proxy(stub: Any) -> None:
    assert isinstance(stub(), NetworkProxy)
