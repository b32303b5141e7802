"""The upstream's answer ends in the middle of its body.

    app ◀──200, Content-Length: 80── stand-in
    app ◀──40 bytes, FIN── stand-in

A client that checks no length takes half an answer for a whole one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import UpstreamServer
from squall_faults.upstream.on_requests import OnRequests


@register("upstream.cut_body", needs=UpstreamServer, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class CutBody(OnRequests):
    """Close the connection of matching requests after a part of the body."""

    kept_percent: int = 50
    """So much of the body is sent."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("kept_percent", self.kept_percent, least=0, most=99)
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each answer that is cut."""
        async with self.armed(
            upstream, "cut_body", kept_percent=self.kept_percent, bites="bodies cut"
        ) as injection:
            yield injection
