"""One command's reply is held back; everything else on the network is well.

    app ──HGETALL──▶ proxy ──▶ Redis: done in a millisecond
    app              proxy ▐ reply ▌ ◀── Redis
    heal:  proxy ──reply──▶ app

A large key, a slow script, a blocking command on the wrong connection: whoever shares a connection
with it waits, too.
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


@register("redis.stall_reply", needs=WireProxy, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisStallReply:
    """Hold the replies to matching commands until the fault heals."""

    proxy: str = "redis"
    command: str = ""
    """Names, separated by ``|``; empty: all but those that set a connection up."""
    nth: int = 1
    """The match that is the first to be held; earlier ones pass."""
    times: int = 0
    """How often; 0: every time."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.proxy(self.proxy)
        error_codes.names(self.command)
        error_codes.counts(self.nth, self.times)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each reply that is held; heal gives them back in order."""
        rule = {
            "on": "reply",
            "do": "stall",
            **error_codes.chosen(self.command, self.nth, self.times),
        }
        async with armed(proxy, rule, bites="replies held") as injection:
            yield injection
