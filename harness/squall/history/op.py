"""One operation of the workload: when it was due, sent and done, and what the client may conclude.

    applied   the app confirmed it: the effect must exist exactly once
    refused   the app promised that nothing happened: the effect must not exist
    unknown   the outcome is open: time-outs, lost connections, ambiguous 5xx; both are allowed

Response time counts from ``intended``: a service that stalls must not look better because clients
wait before they send (coordinated omission).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """What the client may conclude from an operation."""

    APPLIED = "applied"
    REFUSED = "refused"
    UNKNOWN = "unknown"


HUNG_UP = "hung-up"
CUT = frozenset({"reset", "disconnected"})
"""Errors of a connection that was closed without an answer."""

CLIENT_ERROR = 400
SERVER_ERROR = 500

PASSING = frozenset({502, 503, 504})
"""Statuses of a failure that passes (RFC 9110, sections 15.6.3 to 15.6.5)."""
INVALID = frozenset({400, 422})
"""Statuses of a request that is wrong in itself."""
ACCEPTED = 202
"""The status 202 promises that something will be done, not that it has been done."""

FIRST_EXTRA = 1_000_000
"""Operations beyond the plan are numbered from here, so that planned operations keep their numbers.
"""

FIRST_READ_BACK = 10_000_000
"""The read-back of write n has the number n plus this offset."""

FIRST_FOLLOW_UP = 20_000_000
"""The operation that follows write n, such as deleting what it created, has n plus this offset."""

FIRST_AGAIN = 30_000_000
"""Reads that failed and are asked again after the outage are numbered from here. The k-th time that
the failed write n is asked for again, with a new key, has this plus k times ``FIRST_EXTRA`` plus n.
"""

FIRST_FOR_NOTHING = 40_000_000
"""Requests for things that do not exist are numbered from here."""

FIRST_RIVAL = 60_000_000
"""The write that another client sends at the time of write n, for the same thing: n plus this."""

FIRST_NEIGHBOUR = 70_000_000
"""The write of another operation to the same thing at that time: n plus this."""

FIRST_ONLOOKER = 80_000_000
"""The read of the same thing at that time: n plus this."""

FIRST_REPEAT = 100_000_000
"""The k-th repeat of operation n, with the same key, has n plus k times this offset."""

Effect = Literal["read", "write", "idempotent-write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One finished operation. Times are seconds of the monotonic clock."""

    id: int
    """Position in the schedule, from 0; unique in a run."""
    name: str
    """The declared operation, for example ``place-order``."""
    effect: Effect
    key: str | None
    """The idempotency key, or the value that identifies the write; None for reads."""
    intended: float
    """When the schedule wanted it to be sent."""
    sent: float
    """When it was sent; ``sent - intended`` is the lag of the load generator."""
    done: float
    """When the answer was complete, or when the client stopped waiting."""
    outcome: Outcome
    status: int | None
    """HTTP status; None if no answer came."""
    error: str | None
    """What ended an operation without an answer: ``timeout``, ``refused``, ``reset``,
    ``disconnected``, ``hung-up`` (by the client, on purpose) or ``other: <class>``.
    """
    content_type: str | None
    retry_after: str | None
    body: str
    """The first 2,000 characters of the body unless the status is 2xx, else empty."""
    request: str = ""
    """Method and path as sent: ``GET /items/7``."""
    size: int = 0
    """Length of the whole body in characters."""
    shape: str = ""
    """The shape of a 2xx answer's body, without its values; see :mod:`squall.history.shape`."""
    changed: str = ""
    """Fields of the request's body that a 2xx answer shows with another value, joined by commas."""
    cache_control: str = ""
    """The header Cache-Control of the answer."""
    copy: bool = False
    """Whether the answer's headers say that it is a copy: Age, Cache-Status or X-Cache with a hit,
    Warning 110 or 111.
    """
    age: float | None = None
    """Seconds in the header Age of the answer; None without one."""
    named: bool = False
    """Whether the answer's headers name the request, such as X-Request-ID."""
    headers: str = ""
    """Other headers of an unsuccessful answer, a line each; their first 1,000 characters."""
    addresses: str = ""
    """Addresses with a password in a 2xx answer or its headers, a line each."""
    texts: str = ""
    """Fields of a 2xx answer to a read that are texts, each with a digest; see
    :func:`squall.history.shape.describe_texts`.
    """
    wanted: str = ""
    """The same of the body of a PUT or PATCH."""
    lists: str = ""
    """Lists of such an answer or body; see :func:`squall.history.list_shape.describe_lists`."""
    entries: str = ""
    """The things that such an answer lists; see :mod:`squall.history.entries`."""
    items: str = ""
    """Of a POST the things that its body holds, each as its fields with a digest of their values,
    in JSON; see :func:`squall.history.shape.describe_items`.
    """
    told: str = ""
    """Numbers of a 2xx answer to a write; see :func:`squall.history.shape.describe_numbers`."""
    shown: str = ""
    """Keys of the run's writes that a 2xx answer to a read shows, joined by commas."""

    @property
    def path(self) -> str:
        """The path that was requested, without the query."""
        return self.request.partition(" ")[2].partition("?")[0]

    @property
    def segments(self) -> list[str]:
        """The parts of its path, without those that are empty."""
        return [part for part in self.path.split("/") if part]

    @property
    def shown_keys(self) -> frozenset[str]:
        """The keys in :attr:`shown`."""
        return frozenset(filter(None, self.shown.split(",")))

    @property
    def changed_fields(self) -> frozenset[str]:
        """The names in :attr:`changed`."""
        return frozenset(filter(None, self.changed.split(",")))

    @property
    def response_seconds(self) -> float:
        """Time from the intended start to the answer. Gates judge this value."""
        return self.done - self.intended

    @property
    def client_cancelled(self) -> bool:
        """Whether the client disconnected on purpose. Gates then demand nothing of the answer."""
        return self.error == HUNG_UP

    @property
    def is_cut(self) -> bool:
        """Whether its connection was closed without an answer."""
        return self.error in CUT

    @property
    def is_servers_error(self) -> bool:
        """Whether the app did not answer, or with an error of its own. One that its client left
        does not count.
        """
        failed = self.status is None or self.status >= SERVER_ERROR
        return failed and not self.client_cancelled

    @property
    def may_pass(self) -> bool:
        """Whether its client may expect to be served later: no answer, or not for now, by its
        status or by a refusal that says when to come again.
        """
        passes = (
            self.status is None
            or self.status in PASSING
            or (self.status >= CLIENT_ERROR and self.retry_after is not None)
        )
        return passes and not self.client_cancelled

    @property
    def is_accepted(self) -> bool:
        """Whether it is a write that the app has promised to do (202)."""
        return self.effect != "read" and self.status == ACCEPTED

    @property
    def extra(self) -> bool:
        """Whether it was sent in addition to the planned load."""
        return FIRST_EXTRA <= self.id < FIRST_READ_BACK

    @property
    def is_read_back(self) -> bool:
        """Whether it reads back a write that was just acknowledged."""
        return FIRST_READ_BACK <= self.id < FIRST_FOLLOW_UP

    @property
    def asked_again(self) -> bool:
        """Whether it asks after the outage for what failed before."""
        return FIRST_AGAIN <= self.id < FIRST_FOR_NOTHING

    @property
    def asks_for_write(self) -> int | None:
        """The number of the write that it asks for again, with a new key; None for all others."""
        times, number = divmod(self.id - FIRST_AGAIN, FIRST_EXTRA)
        return number if self.asked_again and times else None

    @property
    def target(self) -> str | int:
        """What it asks for, the first time and again: a read is known by method and path, a write
        by its number.
        """
        if self.effect == "read":
            return self.request
        return self.id if self.asks_for_write is None else self.asks_for_write

    @property
    def for_nothing(self) -> bool:
        """Whether it asks for a thing that does not exist: the app refuses it rightly."""
        return FIRST_FOR_NOTHING <= self.id < FIRST_RIVAL

    @property
    def is_rival(self) -> bool:
        """Whether another client sent it beside a write, for the same thing."""
        return FIRST_RIVAL <= self.id < FIRST_REPEAT

    @property
    def repeats(self) -> int | None:
        """The number of the operation that it repeats; None if it repeats none."""
        return self.id % FIRST_REPEAT if self.id >= FIRST_REPEAT else None

    @property
    def good(self) -> bool:
        """Whether the app answered with success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's 2xx
