"""A proxy that does nothing but write down, with the time, what a fault asks of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall_faults import InjectionFailed
from squall_faults.in_force import InForce
from squall_faults.ports import EVERYTHING, Direction, Target, Traffic


class StubProxy:
    """Implements ``squall_faults.ports.NetworkProxy``; ``refuses`` names the call that fails."""

    name = "postgres"

    def __init__(self, *, resets: bool = True, refuses: str = "") -> None:
        self.resets_live_connections = resets
        self.refuses = refuses
        self.clock = VirtualClock()
        self.calls: list[tuple[Any, ...]] = []
        self.now = Traffic(open=4, accepted=10, upstream_bytes=100, downstream_bytes=1000)

        self.in_effect: set[str] = set()
        self.enabled = True

    async def in_force(self) -> InForce:
        toxics = frozenset(self.in_effect)
        return InForce(identity="stub", enabled=self.enabled, toxics=toxics)

    def _note(self, *call: Any) -> None:
        # Numbers make the names of toxics unique; here they would only hide the rest.
        call = tuple(re.sub(r"^(squall_.*)_\d+$", r"\1", word) if isinstance(word, str) else word
                     for word in call)  # fmt: skip
        self.calls.append((self.clock.now(), *call))
        if call[0] == self.refuses:
            raise InjectionFailed(f"{call[0]}: the stub refuses")

    async def add_toxic(
        self,
        name: str,
        kind: str,
        *,
        stream: Direction,
        attributes: Mapping[str, int],
        target: Target = EVERYTHING,
    ) -> None:
        only = () if target == EVERYTHING else (target,)
        self._note("add_toxic", name, kind, stream, dict(attributes), *only)
        self.in_effect.add(name)

    async def update_toxic(self, name: str, *, attributes: Mapping[str, int]) -> None:
        self._note("update_toxic", name, dict(attributes))

    async def remove_toxic(self, name: str) -> None:
        self._note("remove_toxic", name)
        self.in_effect.discard(name)

    async def disable(self) -> None:
        self._note("disable")
        self.enabled = False

    async def enable(self) -> None:
        self._note("enable")
        self.enabled = True

    async def reset_connections(self) -> int:
        self._note("reset_connections")
        return self.now.open

    async def silence_connections(self) -> int:
        self._note("silence_connections")
        return self.now.open

    async def traffic(self) -> Traffic:
        self._note("traffic")
        return self.now

    def passes(self, *, accepted: int = 0, open: int = 0, up: int = 0, down: int = 0) -> None:  # noqa: A002 - the word of Traffic
        """What happens in the world meanwhile: changes of the counters."""
        self.now = Traffic(
            open=self.now.open + open,
            accepted=self.now.accepted + accepted,
            upstream_bytes=self.now.upstream_bytes + up,
            downstream_bytes=self.now.downstream_bytes + down,
        )


@pytest.fixture
def stub() -> type[StubProxy]:
    return StubProxy
