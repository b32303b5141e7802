"""One rule on PostgreSQL's messages in force for the length of a block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from squall_faults.fault import Bite, Injection
from squall_faults.lease import still_in_force
from squall_faults.ports import WireProxy


@asynccontextmanager
async def armed(
    proxy: WireProxy, rule: Mapping[str, Any], *, bites: str
) -> AsyncIterator[Injection]:
    """Arm the rule, and disarm it whatever happens; the bite is how often it has acted."""
    rule_id = await proxy.arm(rule)

    async def bite() -> Bite:
        return Bite(count=await proxy.bites(rule_id), what=bites)

    try:
        yield Injection(bite, await still_in_force(proxy, rule=rule_id))
    finally:
        await proxy.disarm(rule_id)
