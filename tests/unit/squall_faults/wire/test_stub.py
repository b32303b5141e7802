"""The stub is what it stands for: a helper that drifts from the port proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults.ports import WireProxy


def test_the_stub_is_a_wire_proxy(stub: Any) -> None:
    assert isinstance(stub(), WireProxy)


async def test_the_stub_takes_no_rule_that_the_engine_would_refuse(stub: Any) -> None:
    with pytest.raises(ValueError, match="do must be one of"):
        await stub().arm({"on": "reply", "do": "sing"})
