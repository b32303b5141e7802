"""Some statements are slow: a lost index, a cold cache, a plan that changed overnight.

    app ──SELECT … FROM orders──▶ proxy ──(delay_ms later)──▶ PostgreSQL

The server does no work meanwhile and its own ``statement_timeout`` does not see the delay: what
bounds it is the app.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Injection
from faults.ports import WireProxy
from faults.wire import checks as wire_checks
from faults.wire.armed import armed


@catalogued("wire.delay_statement", needs=WireProxy, colour="#ca8a04")
@dataclass(frozen=True, slots=True, kw_only=True)
class DelayStatement:
    """Let matching statements reach PostgreSQL ``delay_ms`` milliseconds late."""

    delay_ms: int
    statement: str = ""
    """Regular expression, searched in the statement's text without regard to case."""
    times: int = 0
    """How often; 0: every time."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        checks.whole_number("delay_ms", self.delay_ms, least=1, most=60_000)
        wire_checks.pattern("statement", self.statement)
        wire_checks.times(self.times)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each statement that is delayed."""
        rule = {
            "on": "statement",
            "statement": self.statement,
            "do": "delay",
            "delay_ms": self.delay_ms,
            **wire_checks.limited(self.times),
        }
        async with armed(proxy, rule, bites="statements delayed") as injection:
            yield injection
