"""Callers send a write again, with the same key, when it was not answered or refused for now.

    caller ──POST, key 7──▶ app ──▶ database
           ◀── 503, a cut connection, or nothing within the time-out
    caller ──POST, key 7──▶ app                Retry-After, or after_ms, later

What every client library with retries does. The first attempt may have been committed: the app must
do the work once, and answer the second attempt as it would have answered the first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient


@register("client.retry_failed", needs=LoadClient, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryFailed:
    """Let a ``share`` of callers send an idempotent write again ``after_ms`` after its failure.

    A failure is an answer 502, 503 or 504, one with ``Retry-After``, or none at all. Attempts end
    with an answer that is final. A ``Retry-After`` of up to one second is waited for instead.
    """

    share: float = 1.0
    after_ms: int = 50

    def __post_init__(self) -> None:
        """Refuse impossible shares and times."""
        validate.share("share", self.share)
        validate.whole_number("after_ms", self.after_ms, least=0, most=60_000)

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each repeat; which callers retry is drawn from the seed."""
        before = await callers.repeated()

        async def bite() -> Bite:
            return Bite(count=await callers.repeated() - before, what="writes sent again")

        try:
            await callers.retry_failed(self.share, self.after_ms / 1000)
            yield Injection(bite)
        finally:
            await callers.retry_failed(0, 0)
