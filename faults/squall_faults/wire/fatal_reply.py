"""PostgreSQL seems to end the session: FATAL on a statement, then the connection is closed.

    app ──INSERT──▶ proxy
    app ◀──ErrorResponse FATAL sqlstate── proxy, then close       the transaction is rolled back

As by ``idle_in_transaction_session_timeout`` (25P03), an administrator (57P01), or a conflict with
recovery. Drivers often hide the SQLSTATE behind a lost connection.
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


@register("wire.fatal_reply", needs=WireProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class FatalReply:
    """Answer matching statements with FATAL instead of running them, and end the session."""

    sqlstate: str = "57P01"
    """PostgreSQL, Appendix A, "Error Codes"."""
    statement: str = ""
    """Regular expression, searched in the statement's text without regard to case."""
    nth: int = 1
    """The match that is the first to fail; earlier ones pass."""
    times: int = 0
    """How often; 0: every time."""
    message: str = "terminating connection due to administrator command"

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        wire_checks.sqlstate(self.sqlstate)
        wire_checks.message(self.message)
        wire_checks.pattern("statement", self.statement)
        validate.whole_number("nth", self.nth, least=1, most=wire_checks.MOST)
        wire_checks.times(self.times)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each session that it ends."""
        rule = {
            "on": "statement",
            "statement": self.statement,
            "do": "fatal",
            "sqlstate": self.sqlstate,
            "message": self.message,
            "nth": self.nth,
            **wire_checks.limited(self.times),
        }
        async with armed(proxy, rule, bites="sessions ended") as injection:
            yield injection
