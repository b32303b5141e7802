"""PostgreSQL seems to answer with an error: any SQLSTATE, on the statement of one's choice.

    app ──INSERT──▶ proxy
    app ◀──ErrorResponse sqlstate── proxy            and the transaction is aborted, as it would be

For what is hard to provoke on demand: 40001 serialization failures, 40P01 deadlocks, 53100 disk
full, 0A000 cached plans. The client sees the protocol that PostgreSQL would have spoken.
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


@register("wire.error_reply", needs=WireProxy, effect=Effect.ERRORS)
@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReply:
    """Answer matching statements with an error instead of running them."""

    sqlstate: str
    """PostgreSQL, Appendix A, "Error Codes"."""
    statement: str = ""
    """Regular expression, searched in the statement's text without regard to case."""
    nth: int = 1
    """The match that is the first to fail; earlier ones pass."""
    times: int = 0
    """How often; 0: every time."""
    share: float = 1.0
    """The share of the matching statements that fail."""
    hottest_of: int = 0
    """This many matching statements pass first; from then on only the commonest of them fails."""
    message: str = "injected by squall"

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        wire_checks.sqlstate(self.sqlstate)
        wire_checks.message(self.message)
        wire_checks.pattern("statement", self.statement)
        validate.whole_number("nth", self.nth, least=1, most=wire_checks.MOST)
        wire_checks.times(self.times)
        validate.share("share", self.share)
        wire_checks.hottest(self.hottest_of)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each statement that fails."""
        rule = {
            "on": "statement",
            "statement": self.statement,
            "do": "error",
            "sqlstate": self.sqlstate,
            "message": self.message,
            "nth": self.nth,
            **({} if self.share >= 1 else {"share": self.share}),
            **wire_checks.limited(self.times),
            **({"hottest_of": self.hottest_of} if self.hottest_of else {}),
        }
        async with armed(proxy, rule, bites="statements answered with an error") as injection:
            yield injection
