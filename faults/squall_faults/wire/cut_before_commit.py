"""A COMMIT is lost on its way: the write is not there, and the client cannot know it.

    app ──COMMIT──▶ proxy ✗                  PostgreSQL sees the connection end: rolls back
    app ◀───RST──── proxy ──RST──▶ PostgreSQL

To the client this looks exactly like ``wire.cut_after_commit``, where the write is there.
A report of success loses data, and so does one of failure in the other case.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.armed import armed
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import WireProxy
from squall_faults.wire import validate_sql as wire_checks


@register("wire.cut_before_commit", needs=WireProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class CutBeforeCommit:
    """Reset the connection when a COMMIT is about to reach PostgreSQL."""

    times: int = 1
    """How often; 0: every time."""
    share: float = 1.0
    """The share of the COMMITs that are lost."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        wire_checks.times(self.times)
        validate.share("share", self.share)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each COMMIT that is swallowed."""
        rule = {
            "on": "statement",
            "statement": r"^\s*(commit|end)\b",
            "do": "cut",
            **({} if self.share >= 1 else {"share": self.share}),
            **wire_checks.limited(self.times),
        }
        async with armed(proxy, rule, bites="commits cut off before") as injection:
            yield injection
