"""Callers repeat a write with the same key: a time-out, a lost answer, a second click.

    caller ──POST, key 7──▶ app ──▶ database
    caller ──POST, key 7──▶ app                after_ms later, whatever became of the first

One operation, two attempts: the app must do it once, and answer both alike, also when the first is
still under way, and when it was restarted between them.

With ``another_body`` the second request is another one, with the key of the first: a client's bug.
The app may refuse it; it may not do it as well, nor answer it as if it had been done.

With ``rivals`` the second request is another caller's, who wants the same thing at the same time:
it has a key of its own. Both are done; neither undoes the other. Reads of an item that is updated
are sent with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient


@register("client.repeat", needs=LoadClient, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Let a ``share`` of callers send an idempotent write again ``after_ms`` after the first."""

    share: float = 0.5
    after_ms: int = 5
    another_body: bool = False
    """Whether the repeat has another body than the first request."""
    rivals: bool = False
    """Whether the repeat has a key of its own, as a request of another caller."""

    def __post_init__(self) -> None:
        """Refuse impossible shares and times."""
        validate.share("share", self.share)
        validate.whole_number("after_ms", self.after_ms, least=0, most=60_000)

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each repeat; which callers repeat is drawn from the seed."""
        before = await callers.repeated()

        async def bite() -> Bite:
            return Bite(count=await callers.repeated() - before, what="writes repeated")

        try:
            await callers.repeat(
                self.share,
                self.after_ms / 1000,
                another_body=self.another_body,
                rivals=self.rivals,
            )
            yield Injection(bite)
        finally:
            await callers.repeat(0, 0)
