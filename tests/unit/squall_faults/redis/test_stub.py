"""The stubs are what a lab supplies."""

from __future__ import annotations

from typing import Any

from squall_faults.ports import RedisProcess, WireProxy


def test_the_stub_is_a_server(stub: Any) -> None:
    assert isinstance(stub(), RedisProcess)


def test_the_other_stub_is_a_proxy(commands: Any) -> None:
    assert isinstance(commands(), WireProxy)
