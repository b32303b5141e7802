"""``upstream.reset``: the connection of matching requests ends without an answer."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, UpstreamReset


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (UpstreamReset(), {"when": "before_headers"}),
        (UpstreamReset(when="after_headers", times=2), {"when": "after_headers", "times": 2}),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(
    rule_of: Any, fault: UpstreamReset, rule: dict[str, Any]
) -> None:
    assert await rule_of(fault) == ({"do": "reset", "nth": 1, **rule}, "requests reset")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"when": "later"}, "when must be one of before_headers, after_headers"),
        ({"nth": 0}, "nth must be"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        UpstreamReset(**given)
