"""The answer to a COMMIT gets lost: the write is durable, but the client cannot know it.

    app ──COMMIT──▶ proxy ──COMMIT──▶ PostgreSQL
    app ◀───RST──── proxy ◀──answer── PostgreSQL

A write outside of a transaction is committed by its own statement: the reply to it is cut, too.

A client that blindly repeats now writes twice; one that gives up reports a failure for a write
that succeeded. Only an idempotency key gets this right.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.armed import armed
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import WireProxy
from squall_faults.wire import validate_sql as wire_checks

LOST = "answers to COMMIT lost"
WRITES = r"^\s*(with\b[\s\S]*\b)?(insert\s+into|update|delete\s+from|merge\s+into)\b"
"""By its text, not by the tag of its answer: a driver that asks for one row gets PortalSuspended.
It is committed when its unit is answered, and the engine waits for that.
"""


@register("wire.cut_after_commit", needs=WireProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class CutAfterCommit:
    """Reset the connection when PostgreSQL has answered a COMMIT, or a write in autocommit."""

    times: int = 1
    """How often, of either kind; 0: every time."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        wire_checks.times(self.times)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each answer that is swallowed."""
        rule = {"on": "reply", "tag": "^COMMIT", "do": "cut", **wire_checks.limited(self.times)}
        alone = {
            "on": "reply", "statement": WRITES, "transaction": "I", "do": "cut",
            **wire_checks.limited(self.times),
        }  # fmt: skip
        async with (
            armed(proxy, rule, bites=LOST) as commits,
            armed(proxy, alone, bites=LOST) as writes,
        ):

            async def bite() -> Bite:
                counts = [(await one.bite()).count for one in (commits, writes)]
                return Bite(count=sum(counts), what=LOST)

            yield Injection(bite, commits.lapsed)
