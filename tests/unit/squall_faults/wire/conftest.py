"""A proxy of PostgreSQL messages that does nothing but write down what a fault asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed
from squall_faults.in_force import InForce
from squall_faults.proxy.rules.rule import Rule


class StubWire:
    """Implements ``squall_faults.ports.WireProxy``; ``refuses`` names the call that fails.

    Each rule is read as the engine would read it, so that no fault can send what none understands.
    """

    def __init__(self, *, refuses: str = "", acted: int = 0) -> None:
        self.refuses = refuses
        self.acted = acted
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []

        self.rules = frozenset({"rule-7"})

    async def in_force(self) -> InForce:
        return InForce(identity="stub", enabled=True, rules=self.rules)

    def _note(self, *call: Any) -> None:
        self.calls.append((self.clock.now(), *call))
        if call[0] == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def arm(self, rule: Mapping[str, Any]) -> str:
        Rule.from_dict({"id": "rule-7", **rule})
        self._note("arm", dict(rule))
        return "rule-7"

    async def disarm(self, rule_id: str) -> None:
        self._note("disarm", rule_id)

    async def bites(self, rule_id: str) -> int:
        self._note("bites", rule_id)
        return self.acted


@pytest.fixture
def stub() -> type[StubWire]:
    return StubWire
