"""A stand-in that does nothing but write down what a fault asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from squall_faults import Fault, within
from squall_faults.in_force import InForce
from squall_faults.ports import UpstreamTally
from squall_faults.stand_in.upstream_rule import UpstreamRule


class StubUpstream:
    """Implements ``squall_faults.ports.UpstreamServer``.

    Each rule is read as the stand-in would read it, so that no fault can send what it refuses.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.rules = frozenset({"rule-7"})

    async def in_force(self) -> InForce:
        return InForce(identity="stub", enabled=True, rules=self.rules)

    async def arm(self, rule: Mapping[str, Any]) -> str:
        UpstreamRule.from_dict({"id": "rule-7", **rule})
        self.calls.append(("arm", dict(rule)))
        return "rule-7"

    async def disarm(self, rule_id: str) -> None:
        self.calls.append(("disarm", rule_id))

    async def bites(self, rule_id: str) -> int:
        self.calls.append(("bites", rule_id))
        return 4

    async def tally(self) -> UpstreamTally:
        return UpstreamTally(requests=0, unknown=0)


async def timeline(fault: Fault) -> tuple[dict[str, Any], str]:
    """The rule that a fault arms, and what it says that it hit, once it was disarmed."""
    port = StubUpstream()
    async with within(fault, port) as injection:
        bite = await injection.bite()
        assert await injection.lapsed() == ""
        port.rules = frozenset()
        assert await injection.lapsed() == "rule rule-7 is gone"
    (_, rule), *rest = port.calls
    assert rest == [("bites", "rule-7"), ("disarm", "rule-7")]
    assert bite.count == 4
    return rule, bite.what


@pytest.fixture
def rule_of() -> Any:
    """``await rule_of(fault)``: the rule and the words of the bite."""
    return timeline
