"""``upstream.slow_accept``: new connections wait before they are served."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, SlowAccept


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (SlowAccept(delay_ms=700), {"delay_ms": 700}),
        (SlowAccept(delay_ms=1, share=0.5), {"delay_ms": 1, "share": 0.5}),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(rule_of: Any, fault: SlowAccept, rule: dict[str, Any]) -> None:
    assert await rule_of(fault) == (
        {"do": "slow_accept", "nth": 1, **rule},
        "connections served late",
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"delay_ms": 0}, "delay_ms must be"),
        ({"method": "GET"}, "must be left out: no request was read yet"),
        ({"path": "/x"}, "must be left out"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        SlowAccept(**{"delay_ms": 5, **given})
