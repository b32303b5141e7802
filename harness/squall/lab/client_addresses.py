"""Addresses for the load's clients, for an app that limits the requests of one address.

429 ─▶ the same request from another address ─▶ answered: a limit per address
                                            └─▶ 429: a limit for all, which is obeyed

Servers believe ``X-Forwarded-For`` of a proxy on their machine: uvicorn's ``--forwarded-allow-ips``
is 127.0.0.1 unless it is set.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from squall.workload.operations import Operation

HEADER = "X-Forwarded-For"
CLIENTS = "198.18.{int:0..15}.{int:1..254}"
"""RFC 2544 reserves 198.18.0.0/15 for load tests. At 80 requests/s an address has one in 50 s."""

NOTE = (
    f"rate limit per client address: each request comes from one of 4064 addresses ({HEADER}),"
    " so the limit itself is not tested"
)
MAX_TRIES = 3
"""Answers with 429 after which another address is tried: some operations have their own limit."""

RATE_LIMITED = 429


@dataclass(slots=True)
class ClientAddresses:
    """What is known of an app's limit per address. All clients of a discovery share it."""

    allowed: bool = False
    """Whether the app is the lab's own. A limit of another app is obeyed."""
    used: bool = False
    _tries: int = 0
    _number: int = 0

    def may_try(self, status: int) -> bool:
        """Whether this answer is a reason to send the request again from another address."""
        if status != RATE_LIMITED or self.used or not self.allowed or self._tries >= MAX_TRIES:
            return False
        self._tries += 1
        return True

    def next_header(self) -> dict[str, str]:
        """The header of the next address."""
        self._number += 1
        return {HEADER: f"198.19.{self._number // 250 % 250}.{self._number % 250 + 1}"}

    def of_load(self) -> dict[str, str]:
        """The header, with placeholders, of each operation in the load; empty without a limit."""
        return {HEADER: CLIENTS} if self.used else {}

    def notes(self) -> list[str]:
        """What the report says of it."""
        return [NOTE] if self.used else []


def from_many_addresses(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """The operations, each request of them from another address."""
    return tuple(
        dataclasses.replace(one, headers={HEADER: CLIENTS, **one.headers}) for one in operations
    )
