"""The server is there and accepts no session: it starts up, shuts down, or is full.

    client ──startup──▶ proxy
    client ◀──FATAL sqlstate── proxy, then close         sessions that exist go on

57P03 "the database system is starting up", 53300 "too many clients", 28P01 after a password was
changed: the first two pass by themselves, and the third must not be tried again and again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.armed import armed
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import WireProxy
from squall_faults.wire import validate_sql as wire_checks


@register("wire.refuse_startup", needs=WireProxy, effect=Effect.REFUSES)
@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseStartup:
    """Answer every new session with FATAL ``sqlstate``."""

    sqlstate: str = "57P03"
    message: str = "the database system is starting up"
    times: int = 0
    """How often; 0: every time."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        wire_checks.sqlstate(self.sqlstate)
        wire_checks.message(self.message)
        wire_checks.times(self.times)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each session that is refused."""
        rule = {
            "on": "startup",
            "do": "fatal",
            "sqlstate": self.sqlstate,
            "message": self.message,
            **wire_checks.limited(self.times),
        }
        async with armed(proxy, rule, bites="sessions refused") as injection:
            yield injection
