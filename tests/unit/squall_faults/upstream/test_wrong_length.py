"""``upstream.wrong_length``: another length is announced than there is."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, WrongLength


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (WrongLength(), {"by": 40}),
        (WrongLength(by=-8, times=1), {"by": -8, "times": 1}),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(
    rule_of: Any, fault: WrongLength, rule: dict[str, Any]
) -> None:
    assert await rule_of(fault) == (
        {"do": "wrong_length", "nth": 1, **rule},
        "answers of another length",
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"by": 0}, "by must not be 0"),
        ({"by": 70_000}, "by must be"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        WrongLength(**given)
