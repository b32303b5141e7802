"""Faults end by themselves when the harness dies, and only then: a lease that is renewed.

harness ── add, ttl 60 s ──▶ engine
harness ── renew ──────────▶ engine      every 20 s while anything is in force
harness ✗                    engine      heals by itself 60 s after the last renewal
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from squall_faults.errors import InjectionFailed
from squall_faults.in_force import InForce
from squall_faults.ports import NetworkProxy, WireProxy

RENEWALS = 3
"""So many in one time to live: two may be lost."""


class LeaseKeeper:
    """Renews what one proxy has in force, from the first thing held to the last one released."""

    def __init__(self, renew: Callable[[], Awaitable[None]], ttl_seconds: float) -> None:
        self._renew = renew
        self._pause = ttl_seconds / RENEWALS
        self._held: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def hold(self, what: str) -> None:
        """Something is put into force."""
        self._held.add(what)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._keep())

    def release(self, what: str) -> None:
        """It is healed; the last one ends the renewals."""
        self._held.discard(what)
        if not self._held and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self._renew()
            except InjectionFailed:
                continue  # the heal finds out what is missing


def _missing(
    before: InForce,
    after: InForce,
    *,
    toxics: frozenset[str] = frozenset(),
    rule: str = "",
    switching: bool = False,
) -> str:
    """Why a fault that was in force no longer is, in words; empty when it still is."""
    if before.identity != after.identity:
        return "the engine restarted or the proxy was created again"
    if before.enabled is not after.enabled and not switching:
        return f"the proxy is {'enabled again' if after.enabled else 'disabled'}"
    gone = sorted(toxics - after.toxics)
    if gone:
        return f"toxic {', '.join(gone)} is gone"
    if rule and rule not in after.rules:
        return f"rule {rule} is gone"
    return ""


async def still_in_force(
    proxy: NetworkProxy | WireProxy,
    *,
    toxics: frozenset[str] = frozenset(),
    rule: str = "",
    switching: bool = False,
) -> Callable[[], Awaitable[str]]:
    """The question ``Injection.lapsed``; the answer compares with what is in force now.

    ``switching``: the fault itself switches the proxy off and on.
    """
    before = await proxy.in_force()

    async def lapsed() -> str:
        after = await proxy.in_force()
        return _missing(before, after, toxics=toxics, rule=rule, switching=switching)

    return lapsed
