"""``upstream.malformed``: success is reported with a body that is none."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, Malformed


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Malformed(), {"form": "truncated"}),
        (Malformed(form="html", method="GET"), {"form": "html", "method": "GET"}),
    ],
    ids=["plain", "chosen"],
)
async def test_the_rule_and_the_bite(rule_of: Any, fault: Malformed, rule: dict[str, Any]) -> None:
    assert await rule_of(fault) == ({"do": "malformed", "nth": 1, **rule}, "bodies replaced")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"form": "xml"}, "form must be one of truncated, html, empty, text"),
        ({"method": "G T"}, "method must be"),
    ],
)
def test_what_makes_no_such_fault_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        Malformed(**given)
