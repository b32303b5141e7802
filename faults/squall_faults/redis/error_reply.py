"""Redis answers with an error: while it loads, as a replica, without memory, after a new password.

    app ──SET──▶ proxy
    app ◀──-READONLY …── proxy        the server runs nothing; the connection stays open

The connection is healthy, so no pool replaces it, and no time-out ends the wait. LOADING and OOM
pass by themselves; READONLY lasts until the client asks for the primary again; NOAUTH lasts until
somebody changes a setting.
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


@register("redis.error_reply", needs=WireProxy, effect=Effect.ERRORS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RedisErrorReply:
    """Answer matching commands with an error instead of running them."""

    proxy: str = "redis"
    code: str = "LOADING"
    """The first word of the error."""
    command: str = ""
    """Names, separated by ``|``; empty: those that get this error from a server."""
    nth: int = 1
    """The match that is the first to fail; earlier ones pass."""
    times: int = 0
    """How often; 0: every time."""
    share: float = 1.0
    """The share of the matching commands that fail."""
    message: str = ""
    """The rest of the error; empty: what a server says."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.proxy(self.proxy)
        error_codes.code(self.code)
        error_codes.names(self.command)
        error_codes.counts(self.nth, self.times)
        validate.share("share", self.share)
        error_codes.message(self.message)

    @asynccontextmanager
    async def inject(self, proxy: WireProxy) -> AsyncIterator[Injection]:
        """It bites with each command that fails."""
        message = self.message or error_codes.TEXTS.get(self.code, "injected by squall")
        command = self.command or error_codes.COMMANDS.get(self.code, "")
        rule = {
            "on": "command",
            "do": "error",
            "message": f"{self.code} {message}",
            **({} if self.share >= 1 else {"share": self.share}),
            **error_codes.chosen(command, self.nth, self.times),
        }
        async with armed(proxy, rule, bites="commands answered with an error") as injection:
            yield injection
