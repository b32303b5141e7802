"""What can go wrong, by what the caller may believe.

ServiceError
├── Rejected             the request is wrong; nothing happened         4xx
│   ├── NotFound  ├── OutOfStock  └── KeyReused
├── Transient            nothing happened; later it may work            503
│   └── Overloaded       no connection became free in time              503
├── Ambiguous            it may have happened, and nobody knows         504
└── DeadlineExceeded     time is over; it may have happened             504
"""

from __future__ import annotations


class ServiceError(Exception):
    """Base of the service's errors; ``detail`` is safe to show."""

    status = 500
    title = "Internal error"
    detail = ""


class Rejected(ServiceError):
    """The request cannot be served, whoever repeats it."""

    status = 400
    title = "Bad request"


class MissingKey(Rejected):
    """POST /orders without an Idempotency-Key."""

    title = "Idempotency key missing"
    detail = "Send the header Idempotency-Key with a value that is unique for this order."


class NotFound(Rejected):
    """There is no such thing."""

    status = 404
    title = "Not found"


class OutOfStock(Rejected):
    """Fewer are left than were ordered."""

    status = 409
    title = "Out of stock"


class KeyReused(Rejected):
    """The key belongs to an order with another body."""

    status = 422
    title = "Idempotency key reused"
    detail = "This Idempotency-Key belongs to an order with another body."


class Transient(ServiceError):
    """Nothing happened, and a repeat may succeed."""

    status = 503
    title = "Service unavailable"
    detail = "The order book cannot be reached. Nothing was changed; try again."


class Overloaded(Transient):
    """Every connection is busy."""

    title = "Overloaded"
    detail = "Too many requests are waiting. Nothing was changed; try again."


class Ambiguous(ServiceError):
    """The commit was sent and its answer never came."""

    status = 504
    title = "Outcome unknown"
    detail = "The order may have been placed. Repeat it with the same Idempotency-Key to find out."


class DeadlineExceeded(ServiceError):
    """The request's time is over."""

    status = 504
    title = "Deadline exceeded"
    detail = "There was not enough time. Repeat with the same Idempotency-Key to find out."
