"""The upstream answers with an error: overloaded, rate-limited, broken, or no longer willing.

    app ──POST /charges──▶ stand-in
    app ◀──503, Retry-After: 1── stand-in

429 and 503 ask for a pause; 401 means that the app's own credentials expired, which is not the
fault of the app's caller. RFC 9110, sections 10.2.3 and 15; RFC 6585, section 4.
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


@register("upstream.status", needs=UpstreamServer, effect=Effect.ERRORS)
@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamStatus(OnRequests):
    """Answer matching requests with ``status`` and a problem object."""

    status: int = 503
    retry_after: int = 0
    """Seconds in ``Retry-After``; 0: no such header."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("status", self.status, least=400, most=599)
        validate.whole_number("retry_after", self.retry_after, least=0, most=3_600)
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each request that is answered so."""
        async with self.armed(
            upstream, "status", status=self.status, retry_after=self.retry_after,
            bites=f"requests answered {self.status}",
        ) as injection:  # fmt: skip
            yield injection
