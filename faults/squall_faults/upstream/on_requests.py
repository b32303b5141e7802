"""What every fault on requests to an HTTP upstream may say: which stand-in, which requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from squall_faults import validate
from squall_faults.armed import armed
from squall_faults.errors import InvalidFault
from squall_faults.fault import Injection
from squall_faults.ports import UpstreamServer
from squall_faults.stand_in.path_pattern import PathPattern

MAX_REQUESTS = 1_000_000
METHOD = re.compile(r"[A-Z]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRequests:
    """The attributes that such faults share; each names what it adds."""

    dependency: str = "http"
    """Name or kind of the dependency."""
    method: str = ""
    """Such as ``POST``; empty: every method."""
    path: str = ""
    """Such as ``/charges/{id}`` or ``/v1/*``, without a query; empty: every path."""
    nth: int = 1
    """The match that is the first to be hit; earlier ones pass."""
    times: int = 0
    """How often; 0: every time."""
    share: float = 1.0
    """The share of the requests that would be hit."""

    def check_requests(self) -> None:
        """Refuse what no stand-in can do; InvalidFault with the offending value."""
        validate.dependency(self.dependency)
        if type(self.method) is not str or not METHOD.fullmatch(self.method or "GET"):
            raise InvalidFault(f"method must be capitals, such as POST, got {self.method!r}")
        try:
            PathPattern(str(self.path))
        except ValueError as error:
            raise InvalidFault(f"path {error}, got {self.path!r}") from None
        validate.whole_number("nth", self.nth, least=1, most=MAX_REQUESTS)
        validate.whole_number("times", self.times, least=0, most=MAX_REQUESTS)
        validate.share("share", self.share)

    def armed(
        self, upstream: UpstreamServer, do: str, *, bites: str, **more: object
    ) -> AbstractAsyncContextManager[Injection]:
        """A rule on these requests, for the length of a block."""
        given = {"method": self.method, "path": self.path, "nth": self.nth, "times": self.times}
        rule: Mapping[str, Any] = {
            "do": do,
            **{name: value for name, value in given.items() if value},
            **({} if self.share >= 1 else {"share": self.share}),
            **more,
        }
        return armed(upstream, rule, bites=bites)
