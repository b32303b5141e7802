"""A retry budget: repeats never become the outage.

Each first attempt puts a share of a token in, each repeat takes a whole one out (as in Finagle and
in gRPC's A6). In an outage every request fails: without a budget, three attempts each are three
times the load on a database that is just coming back. The reserve is there for calm times: after
a restart every pooled connection is dead once, and costs one repeat each.
"""

from __future__ import annotations

SHARE = 0.1
"""Repeats for each first attempt: at most a tenth (Google's SRE book, chapter 21)."""

RESERVE = 20.0
"""Repeats that are free at the start and come back in calm times."""


class RetryBudget:
    """Tokens; for all requests of a process together."""

    def __init__(self, *, share: float = SHARE, reserve: float = RESERVE) -> None:
        if not 0 <= share <= 1 or reserve < 0:
            raise ValueError(f"a share of {share:g} and a reserve of {reserve:g} are not a budget")
        self._share = share
        self._reserve = reserve
        self.tokens = reserve
        self.requests = 0
        self.spent = 0
        self.refused = 0

    def deposit(self) -> None:
        """A first attempt was made."""
        self.requests += 1
        self.tokens = min(self._reserve, self.tokens + self._share)

    def spend(self) -> bool:
        """Take a token for a repeat; False when there is none."""
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        self.spent += 1
        return True
