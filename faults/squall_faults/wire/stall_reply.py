"""One statement's answer is held back; everything else on the network is well.

    app ──SELECT … FROM orders──▶ proxy ──▶ PostgreSQL: done in a millisecond
    app                           proxy ▐ answer ▌ ◀── PostgreSQL
    heal:  proxy ──answer──▶ app

One hot table or one slow plan: the requests that need it hang, hold their connections, and take
those of everybody else.
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


@register("wire.stall_reply", needs=WireProxy, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class StallReply:
    """Hold the answers to matching statements until the fault heals."""

    statement: str = ""
    """Regular expression, searched in the statement's text without regard to case."""
    times: int = 0
    """How often; 0: every time."""
    hottest_of: int = 0
    """This many matching statements pass first; from then on only the commonest of them is held."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        wire_checks.pattern("statement", self.statement)
        wire_checks.times(self.times)
        wire_checks.hottest(self.hottest_of)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each answer that is held; heal gives them back in order."""
        rule = {
            "on": "reply",
            "statement": self.statement,
            "do": "stall",
            **wire_checks.limited(self.times),
            **({"hottest_of": self.hottest_of} if self.hottest_of else {}),
        }
        async with armed(proxy, rule, bites="answers held") as injection:
            yield injection
