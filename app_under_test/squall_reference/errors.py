"""What can go wrong, by what the caller may believe.

ServiceError
├── Rejected             the request is wrong; nothing happened          4xx
│   ├── MissingKey  ├── NotFound  ├── OutOfStock  ├── AlreadyThere
│   ├── InFlight         the same key is being worked on                 409
│   └── KeyReused        the key belongs to another body                 422
├── Transient            nothing happened; later it may work             503
│   ├── Unreachable      the database cannot be reached: an outage
│   ├── CircuitOpen      the outage is known; the database was not asked
│   ├── Overloaded       no place became free in time
│   ├── Starting         the tables are not there yet
│   └── CarrierAway  ├── CarrierBusy  ├── CarrierRefused        the same, of the carrier
├── Ambiguous            it may have happened; the outcome is unknown          504
│   └── CarrierUnknown
├── DeadlineExceeded     time is over; it may have happened              504
└── Permanent            repeating is useless: a bug                     500
    └── Misconfigured    wrong password, no such database                503
"""

from __future__ import annotations

import math


class ServiceError(Exception):
    """Base of the service's errors; ``detail`` is safe to show.

    Args:
        sqlstate: of PostgreSQL's error, for logs and metrics; never for callers.
    """

    status = 500
    title = "Internal error"
    detail = ""
    retry_after: int | None = None
    """Seconds, when they are known."""

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__(sqlstate or self.title)
        self.sqlstate = sqlstate


class Rejected(ServiceError):
    """The request cannot be served, however often it is repeated."""

    status = 400
    title = "Bad request"


class MissingKey(Rejected):
    """A POST without an Idempotency-Key."""

    title = "Idempotency key missing"
    detail = "Send the header Idempotency-Key with a value that is unique for this request."


class NotFound(Rejected):
    """The thing that was asked for does not exist."""

    status = 404
    title = "Not found"


class OutOfStock(Rejected):
    """Fewer are left than were ordered."""

    status = 409
    title = "Out of stock"


class AlreadyThere(Rejected):
    """Another caller made it, with another key."""

    status = 409
    title = "Already there"
    detail = "An item with this number exists."


class InFlight(Rejected):
    """The first request with this key has not ended."""

    status = 409
    title = "Idempotency key in use"
    detail = "A request with this Idempotency-Key is still being worked on. Ask again later."


class KeyReused(Rejected):
    """The key belongs to a request with another body."""

    status = 422
    title = "Idempotency key reused"
    detail = "This Idempotency-Key belongs to a request with another body."


class Transient(ServiceError):
    """Nothing happened, and a repeat may succeed."""

    status = 503
    title = "Service unavailable"
    detail = "The order book cannot be reached. Nothing was changed; try again."
    repeat = True
    """Whether this process should try again by itself; else only the caller should, later."""


class Unreachable(Transient):
    """The connection failed, was cut, or was not answered: evidence of an outage."""


class Exhausted(Transient):
    """The server lacks room, or takes too long: to repeat it at once makes it worse."""

    repeat = False


class CircuitOpen(Transient):
    """The outage is known, so the database was not asked."""

    repeat = False


class Starting(Transient):
    """The database was not seen ready since this process started."""

    repeat = False


class Overloaded(Transient):
    """Every place is taken, and so is the queue."""

    title = "Overloaded"
    detail = "Too many requests are waiting. Nothing was changed; try again."
    repeat = False


class Ambiguous(ServiceError):
    """The commit was sent and its answer never came."""

    status = 504
    title = "Outcome unknown"
    detail = "It may have been done. Repeat it with the same Idempotency-Key to find out."


class CarrierAway(Unreachable):
    """The carrier cannot be reached, or answers what cannot be used; nothing happened."""

    detail = "The carrier cannot be reached. Nothing was changed; try again."


class CarrierBusy(Exhausted):
    """The carrier asks for a pause, and gets it from all requests."""

    detail = CarrierAway.detail

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.retry_after = max(1, math.ceil(seconds))


class CarrierRefused(Exhausted):
    """The carrier refuses us: our credentials, or a bug of ours. No caller can do anything."""

    detail = CarrierAway.detail


class CarrierUnknown(Ambiguous):
    """The carrier may have done it."""


class DeadlineExceeded(ServiceError):
    """The request's time is over."""

    status = 504
    title = "Deadline exceeded"
    detail = "There was not enough time. Repeat with the same Idempotency-Key to find out."


class Permanent(ServiceError):
    """The database refuses the statement, and always will: a bug of this service."""


class Misconfigured(Permanent):
    """The database refuses this service: password, name or rights."""

    status = 503
    title = "Service unavailable"
    detail = "The order book cannot be reached. Nothing was changed."
