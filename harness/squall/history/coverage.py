"""Which operations of an app's API the load requests, and which of them use the database.

An operation is *offered* if the app's document or the configuration declares it. It is *asked* if
the load requests it. It *touches the database* if statements passed the proxy while it was
requested alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationProfile:
    """One operation, as measured during the warm-up."""

    operation: str
    """Method and path as in the document."""
    name: str
    """The name of its requests in the history; empty if it is not requested."""
    effect: str
    reason: str = ""
    """Why it is left out; empty if it is requested."""
    statements: float | None = None
    """Statements of one request (median); None if not measured."""
    median_seconds: float | None = None
    """Duration of one request without a fault."""
    note: str = ""
    """A note on an operation that is requested: rate-limited, a stream."""

    @property
    def asked(self) -> bool:
        """Whether the load requests it."""
        return not self.reason

    @property
    def touches_database(self) -> bool:
        """Whether one of its requests sent a statement."""
        return bool(self.statements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All operations of one app."""

    operations: tuple[OperationProfile, ...] = ()
    odd: tuple[str, ...] = ()
    """Parts of the document that violate the OpenAPI standard and were not used."""
    notes: tuple[str, ...] = ()
    """What else discovery did: a login that it found, a rate that it chose."""
    minimum_percent: float = 0.0
    """The configured minimum share of the offered operations to be requested, in percent."""

    @property
    def offered(self) -> int:
        """Number of operations that the app offers."""
        return len(self.operations)

    @property
    def asked(self) -> int:
        """Number of operations that the load requests."""
        return sum(one.asked for one in self.operations)

    @property
    def share(self) -> float:
        """The share of the offered operations that the load requests."""
        return self.asked / self.offered if self.offered else 0.0

    @property
    def asked_writes(self) -> int:
        """Number of operations of the load that write."""
        return sum(one.asked and one.effect not in ("", "read") for one in self.operations)

    @property
    def short(self) -> str:
        """Why the coverage is too low; empty if it is sufficient."""
        if 100 * self.share >= self.minimum_percent:
            return ""
        return (
            f"{self.asked} of {self.offered} operations requested ({self.share:.0%}),"
            f" less than the minimum of {self.minimum_percent:g} %"
        )

    @property
    def touching(self) -> int:
        """Number of operations of the load that touch the database."""
        return sum(one.asked and one.touches_database for one in self.operations)

    @property
    def measured(self) -> bool:
        """Whether it was measured which operations touch the database."""
        return any(one.statements is not None for one in self.operations)

    @property
    def untouched(self) -> bool:
        """Whether it is certain that no operation of the load touches the database."""
        unknown = any(one.asked and one.statements is None for one in self.operations)
        return self.measured and not self.touching and not unknown

    @property
    def left_out(self) -> Mapping[str, str]:
        """Operations that are not requested, each with its reason."""
        return {one.operation: one.reason for one in self.operations if not one.asked}

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """The reasons with their counts, the most frequent first."""
        return Counter(self.left_out.values()).most_common()

    def summary(self) -> str:
        """A summary in one line."""
        text = f"{self.asked} of {self.offered} operations requested ({self.share:.0%})"
        return text + (f", {self.touching} touch the database" if self.measured else "")
