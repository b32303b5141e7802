"""What every fault made of a toxic may say about the connections that it hits."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import (
    Bandwidth,
    InvalidFault,
    Latency,
    LimitData,
    Slicer,
    SlowClose,
    Stall,
    within,
)
from squall_faults.ports import Target

MADE_OF_TOXICS: list[tuple[type, dict[str, Any]]] = [
    (Bandwidth, {"rate_kb_per_s": 1}),
    (Latency, {"latency_ms": 1}),
    (LimitData, {"max_bytes": 1}),
    (Slicer, {"average_bytes": 1}),
    (SlowClose, {"delay_ms": 1}),
    (Stall, {}),
]
each = pytest.mark.parametrize(
    ("fault", "needs"), MADE_OF_TOXICS, ids=lambda value: getattr(value, "__name__", "")
)


@each
async def test_the_target_reaches_the_engine(stub: Any, fault: type, needs: dict[str, Any]) -> None:
    port = stub()
    chosen = {"scope": "existing", "connections": 2, "share": 0.5}
    async with within(fault(**needs, **chosen), port):
        pass
    assert port.calls[1][-1] == Target(scope="existing", connections=2, share=0.5)


@each
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"scope": "old"}, "scope must be one of all, existing, new"),
        ({"connections": -1}, "connections must be a whole number from 0"),
        ({"share": 0}, "share must be more than 0 and at most 1, got 0"),
        ({"share": 1.1}, "share must be more than 0 and at most 1, got 1.1"),
        ({"share": True}, "share must be more than 0 and at most 1, got True"),
        ({"direction": "both"}, "direction must be one of upstream, downstream"),
        ({"proxy": "Redis!"}, "proxy must be postgres, app or the name"),
    ],
)
def test_what_no_engine_can_do_is_refused(
    fault: type, needs: dict[str, Any], wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidFault, match=words):
        fault(**needs, **wrong)
