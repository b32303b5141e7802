"""Events of what the server committed, as logical decoding tells. Row values are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCommitted(Event):
    """The server committed a transaction at ``at`` (logical decoding). Row values are not kept."""

    keys: Mapping[str, Mapping[str, int]]
    """Request keys found in the changed rows, each with its row counts: ``{"insert orders": 1}``.
    """
    ids: Mapping[str, list[str]]
    """Columns of new rows that hold an id from an answer of the app: ``{"orders.id": ["7"]}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyCommitted(Event):
    """A new row, committed at ``at``, and the new rows that refer to it."""

    parent: str
    """``orders.id``."""
    answered: str
    """Its value, if an answer of the app had it; else empty."""
    commits: Mapping[str, list[float]]
    """When each of the others was committed, by column: ``{"order_items.order_id": [3.2]}``."""
    alike: Mapping[str, list[str]]
    """A digest of each that stays, without its identity and times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsOrphaned(Event):
    """New rows that refer to rows which were never committed: their numbers were drawn in vain."""

    column: str
    """``lines.invoice``."""
    parent: str
    """``invoices.id``."""
    commits: list[float]
    """When each of them was committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFollowed(Event):
    """A new row, committed at ``at``, and what later transactions changed of it."""

    parent: str
    """``orders.id``."""
    answered: str
    """Its value, if an answer of the app had it; else empty."""
    commits: Mapping[str, list[float]]
    """When each column was changed: ``{"orders.state": [3.2]}``."""
    timed: bool = False
    """Whether the last change set a time: until then it may be lent to a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAlike(Event):
    """New rows of one table that say the same but for their identity, committed at ``commits``."""

    column: str
    """``payments.id``, whose values differ."""
    commits: list[float]
    answered: list[str]
    """The identity of each, if an answer of the app had it; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDeleted(Event):
    """A row that a request of the run names was deleted at ``at``."""

    column: str
    """Of its key: ``bookings.id``."""
    key: str
    """Its value."""
    named: bool
    """Whether the path of a request names it."""
    lost: bool
    """Whether it was new, an answer names it, and nothing was put in its place."""

    @property
    def table(self) -> str:
        """``bookings``."""
        return self.column.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsEmptied(Event):
    """All rows with one value of a column that were made in the run were deleted at ``at``, and
    their transaction put no others in.
    """

    column: str
    """``labels.picture``."""
    key: str
    """Its value, which the path of a write names."""
    refilled: float | None
    """When others were committed; None if there were none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowStoredLate(Event):
    """A new row has all that a refused request sent, and was committed after its answer."""

    op: int
    """Number of the request."""
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersMoved(Event):
    """Updates moved a number of some rows, in a table that had no other changes."""

    column: str
    """``accounts.balance``."""
    commits: list[float]
    """When each move was committed, in order."""
    rows: list[int]
    """Which row each concerned, numbered from 0."""
    moves: list[float]
    """By how much, as a share of the largest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersCounted(Event):
    """Updates moved a number of rows that paths of requests name."""

    column: str
    """``counters.visits``."""
    commits: list[float]
    """When each move was committed, in order."""
    rows: list[str]
    """The key of each row, if a path names it; else empty."""
    moves: list[float]
    """By how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberKept(Event):
    """A number that each transaction which makes a row of a table moves, in one other row."""

    column: str
    """``rooms.taken``."""
    made: str
    """The table of the new rows."""
    commits: list[float]
    """When each such transaction was committed, in order."""
    stale: list[bool]
    """Whether it moved a value that another one had changed meanwhile, and wrote over that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberBalanced(Event):
    """A number that counts the rows of a table which refer to its row."""

    column: str
    """``rooms.taken``."""
    made: str
    """The table of these rows."""
    pairs: list[float]
    """When a move of the number and a row of the same amount were both committed."""
    alone: list[float]
    """When a move without a row was committed, or a row without a move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStored(Event):
    """What is stored of the things that one request sent."""

    op: int
    """Number of the request."""
    items: int
    stored: int
    """For how many of them a new row with their values was committed while the request ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTold(Event):
    """A number in the answer to a write, and the column of that name of the row that it names."""

    op: int
    """Number of the request."""
    field: str
    """``order.total``."""
    column: str
    """``orders.total``, by ``orders.id``."""
    stored: bool
    """Whether the row ever had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersRun(Event):
    """New rows were given numbers one after the other, and some of them the same one."""

    column: str
    """``invoices.number``."""
    commits: list[float]
    """When each row was committed, in order."""
    numbers: list[int]
    """What each was given, counted from the smallest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitsRead(Event):
    """Every transaction that can be matched with a request has been published."""

    transactions: int
