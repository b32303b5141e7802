"""The base of all events; :mod:`squall.core.events` has every kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    at: float

    KINDS: ClassVar[dict[str, type[Event]]] = {}
