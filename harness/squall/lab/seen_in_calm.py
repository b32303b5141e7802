"""What the first run of a lab sees of the app before its load, and later runs reuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from squall.core import events
from squall.history.evidence import CalmWrites


@dataclass(slots=True)
class SeenInCalm:
    """None: not looked at yet."""

    places: events.PlacesCounted | None = None
    """The places of the app's pool; counted when a scenario needs them."""
    jams: bool = False
    """Whether the burst that counts them left most of its requests without an answer."""
    polls: events.IdleStatements | None = None
    """The statements of the idle app."""
    updates: Sequence[events.UpdateShown] | None = None
    """Whether reads show updates at once."""
    writes: CalmWrites | None = None
    """Writes of which the calm before a fault shows few, and what each committed."""
    refused: Mapping[str, int] | None = None
    """What the server had refused before the first load, by reason."""
