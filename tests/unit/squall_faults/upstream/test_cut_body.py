"""``upstream.cut_body``: answers end in the middle of their body."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import CutBody, InvalidFault


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (CutBody(), {"kept_percent": 50}),
        (CutBody(kept_percent=0, path="/v1/*"), {"kept_percent": 0, "path": "/v1/*"}),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(rule_of: Any, fault: CutBody, rule: dict[str, Any]) -> None:
    assert await rule_of(fault) == ({"do": "cut_body", "nth": 1, **rule}, "bodies cut")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kept_percent": 100}, "from 0 to 99, got 100"),
        ({"times": -1}, "times must be"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        CutBody(**given)
