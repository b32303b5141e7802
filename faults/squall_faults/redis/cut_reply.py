"""The reply to a command gets lost, or half of it: the command was run, and the client cannot know.

    app ──INCR──▶ proxy ──INCR──▶ Redis: done
    app ◀──RST─── proxy ◀──:42─── Redis                     after_bytes: 0
    app ◀──$9␍␊par, FIN── proxy ◀──$9␍␊partially── Redis    after_bytes: 7

A client that repeats an INCR, an LPUSH or an LPOP counts or queues twice, or loses what it took.
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
from squall_faults.redis import error_codes


@register("redis.cut_reply", needs=WireProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCutReply:
    """End the connection when Redis answers a matching command."""

    proxy: str = "redis"
    command: str = ""
    """Names, separated by ``|``; empty: all but those that set a connection up."""
    nth: int = 1
    """The match that is the first to be cut; earlier ones pass."""
    times: int = 0
    """How often; 0: every time."""
    after_bytes: int = 0
    """So much of the reply arrives, but never all of it."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.proxy(self.proxy)
        error_codes.names(self.command)
        error_codes.counts(self.nth, self.times)
        validate.whole_number("after_bytes", self.after_bytes, least=0, most=error_codes.MOST)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each reply that is cut."""
        rule = {
            "on": "reply",
            "do": "cut",
            **({"after_bytes": self.after_bytes} if self.after_bytes else {}),
            **error_codes.chosen(self.command, self.nth, self.times),
        }
        async with armed(proxy, rule, bites="replies cut") as injection:
            yield injection
