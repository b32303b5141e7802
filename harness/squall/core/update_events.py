"""Events of updates: what they stored, and what reads showed of them before the load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanged(Event):
    """A row that the path of a request names was made or changed; committed at ``at``."""

    table: str
    ids: Mapping[str, str]
    """Its columns whose value is in the path: ``{"id": "7"}``."""
    values: Mapping[str, str]
    """A digest of each value, by column; see :func:`squall.history.shape.digest_of`."""
    row: str = ""
    """A digest of its replica identity's values; empty if the table has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateShown(Event):
    """In calm, an item was read, updated and read again."""

    write: str
    """The operation that updates it."""
    read: str
    """The operation that reads it."""
    fresh: bool
    """Whether the second answer had each value that was sent, as far as it has such fields."""
