"""The upstream reports success, and its body is not what it says.

    app ◀──200, application/json: {"rate": 1.──── stand-in

Half a JSON text, the error page of a gateway, an empty body: a client that trusts the status passes
nonsense on, or fails with an error that nothing handles.
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
from squall_faults.stand_in.upstream_rule import FORMS
from squall_faults.upstream.on_requests import OnRequests


@register("upstream.malformed", needs=UpstreamServer, effect=Effect.ERRORS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(OnRequests):
    """Answer matching requests with status 200 and a body that cannot be used."""

    form: Literal["truncated", "html", "empty", "text"] = "truncated"
    """``truncated``: the first half of the JSON text, with the right length; ``html`` and ``text``:
    what a gateway says, with its media type; ``empty``: no body."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.one_of("form", self.form, FORMS)
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each body that is replaced."""
        async with self.armed(
            upstream, "malformed", form=self.form, bites="bodies replaced"
        ) as injection:
            yield injection
