"""The upstream ends the connection with RST once it has read a request.

    app ──POST /charges──▶ stand-in
    app ◀──(headers)──RST── stand-in            was the charge made? the app cannot know

Before the headers it looks like a crash; after them like one in the middle of an answer. Behind a
proxy the client sees the connection end, with or without RST.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import UpstreamServer
from squall_faults.stand_in.upstream_rule import WHEN
from squall_faults.upstream.on_requests import OnRequests


@register("upstream.reset", needs=UpstreamServer, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamReset(OnRequests):
    """Reset the connection of matching requests instead of answering them."""

    when: Literal["before_headers", "after_headers"] = "before_headers"

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.one_of("when", self.when, WHEN)
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each request whose connection is reset."""
        async with self.armed(
            upstream, "reset", when=self.when, bites="requests reset"
        ) as injection:
            yield injection
