"""``upstream.status``: matching requests are answered with an error."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, UpstreamStatus


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (UpstreamStatus(), {"status": 503, "retry_after": 0}),
        (
            UpstreamStatus(
                retry_after=2, method="POST", path="/charges/{id}", nth=3, times=5, share=0.5
            ),
            {
                "status": 503,
                "retry_after": 2,
                "method": "POST",
                "path": "/charges/{id}",
                "nth": 3,
                "times": 5,
                "share": 0.5,
            },
        ),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(
    rule_of: Any, fault: UpstreamStatus, rule: dict[str, Any]
) -> None:
    assert await rule_of(fault) == ({"do": "status", "nth": 1, **rule}, "requests answered 503")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"status": 200}, "from 400 to 599, got 200"),
        ({"retry_after": -1}, "retry_after must be"),
        ({"method": "post"}, "method must be capitals"),
        ({"path": "charges"}, "path must start with /"),
        ({"path": "/*/*/*"}, "2 stars"),
        ({"dependency": "My API"}, "dependency must be the name"),
        ({"share": 0}, "share must be more than 0"),
        ({"nth": 0}, "nth must be"),
        ({"times": -1}, "times must be"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        UpstreamStatus(**given)
