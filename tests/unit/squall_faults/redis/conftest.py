"""A Redis server and its proxy that do nothing but write down what a fault asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed
from squall_faults.in_force import InForce
from squall_faults.proxy.rules.command_rule import CommandRule


class StubRedis:
    """Implements ``squall_faults.ports.RedisProcess``; ``refuses`` names the call that fails."""

    def __init__(
        self, *, connections: int = 5, keys: list[int] | None = None, refuses: str = ""
    ) -> None:
        self.connections = connections
        self.attempts = 100
        self.up_early = False
        self.keys = [7] if keys is None else keys
        """How many there are at each flush."""
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []

    def _note(self, *call: Any) -> None:
        self.calls.append((self.clock.now(), *call))
        if call[0] == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def stop(self, *, keep: bool) -> None:
        self._note("stop", "keep" if keep else "lose")

    async def kill(self) -> None:
        self._note("kill")

    async def pause(self) -> None:
        self._note("pause")

    async def resume(self) -> None:
        self._note("resume")

    async def start(self) -> None:
        self._note("start")

    async def accepts(self) -> bool:
        return self.up_early

    async def flush(self) -> int:
        self._note("flush")
        return self.keys.pop(0) if self.keys else 0

    async def client_connections(self) -> int:
        return self.connections

    async def connection_attempts(self) -> int:
        return self.attempts


@pytest.fixture
def stub() -> type[StubRedis]:
    return StubRedis


class StubCommands:
    """Implements ``squall_faults.ports.WireProxy``.

    Each rule is read as the engine would read it, so that no fault can send what none understands.
    """

    def __init__(self, *, acted: int = 0) -> None:
        self.acted = acted
        self.calls: list[tuple[Any, ...]] = []
        self.rules = frozenset({"rule-7"})

    async def in_force(self) -> InForce:
        return InForce(identity="stub", enabled=True, rules=self.rules)

    async def arm(self, rule: Mapping[str, Any]) -> str:
        CommandRule.from_dict({"id": "rule-7", **rule})
        self.calls.append(("arm", dict(rule)))
        return "rule-7"

    async def disarm(self, rule_id: str) -> None:
        self.calls.append(("disarm", rule_id))

    async def bites(self, rule_id: str) -> int:
        assert rule_id == "rule-7"
        return self.acted


@pytest.fixture
def commands() -> type[StubCommands]:
    return StubCommands
