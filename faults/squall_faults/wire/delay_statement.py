"""Some statements are slow: a lost index, a cold cache, a plan that changed overnight.

    app ──SELECT … FROM orders──▶ proxy ──(delay_ms later)──▶ PostgreSQL

The server does no work meanwhile and its own ``statement_timeout`` does not see the delay: what
bounds it is the app.

    app ──SELECT … FROM orders──▶ PostgreSQL ──rows──▶ proxy ──(delay_ms later)──▶ app

With ``answers`` the statement runs at once, and what it has read is old when it arrives: others
have changed it meanwhile.
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


@register("wire.delay_statement", needs=WireProxy, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class DelayStatement:
    """Let matching statements reach PostgreSQL ``delay_ms`` milliseconds late."""

    delay_ms: int
    statement: str = ""
    """Regular expression, searched in the statement's text without regard to case."""
    times: int = 0
    """How often; 0: every time."""
    share: float = 1.0
    """The share of the matching statements that are delayed."""
    answers: bool = False
    """Whether they run at once, and their answers are delayed."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("delay_ms", self.delay_ms, least=1, most=60_000)
        wire_checks.pattern("statement", self.statement)
        wire_checks.times(self.times)
        validate.share("share", self.share)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each statement, or answer, that is delayed."""
        rule = {
            "on": "reply" if self.answers else "statement",
            "statement": self.statement,
            "do": "delay",
            "delay_ms": self.delay_ms,
            **({} if self.share >= 1 else {"share": self.share}),
            **wire_checks.limited(self.times),
        }
        what = "answers delayed" if self.answers else "statements delayed"
        async with armed(proxy, rule, bites=what) as injection:
            yield injection
