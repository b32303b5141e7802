"""The upstream announces another length than its body has.

    app ◀──200, Content-Length: 120, 80 bytes── stand-in      and the connection stays open

With more announced than sent, the client waits for the rest until its own time-out. With fewer, it
takes the first part for everything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.errors import InvalidFault
from squall_faults.fault import Injection
from squall_faults.ports import UpstreamServer
from squall_faults.upstream.on_requests import OnRequests


@register("upstream.wrong_length", needs=UpstreamServer, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLength(OnRequests):
    """Announce ``by`` bytes more than the body of the answers to matching requests has."""

    by: int = 40
    """Negative: this many bytes fewer; the connection is closed then."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("by", self.by, least=-65_536, most=65_536)
        if self.by == 0:
            raise InvalidFault("by must not be 0: that is the right length")
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each answer; heal closes the connections that are waited on."""
        async with self.armed(
            upstream, "wrong_length", by=self.by, bites="answers of another length"
        ) as injection:
            yield injection
