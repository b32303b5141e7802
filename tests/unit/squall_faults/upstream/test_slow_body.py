"""``upstream.slow_body``: bodies come in pieces."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, SlowBody


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (SlowBody(body_ms=900), {"body_ms": 900}),
        (SlowBody(body_ms=1, nth=2), {"body_ms": 1, "nth": 2}),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(rule_of: Any, fault: SlowBody, rule: dict[str, Any]) -> None:
    assert await rule_of(fault) == ({"do": "slow_body", "nth": 1, **rule}, "bodies slowed down")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"body_ms": 0}, "body_ms must be"),
        ({"share": 2}, "share must be"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        SlowBody(**{"body_ms": 5, **given})
