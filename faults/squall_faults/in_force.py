"""What a proxy has in force, and what that did so far, as its engine tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What a proxy has in force at one moment."""

    identity: str
    """Another one when the proxy was created again or its engine restarted; empty if unknown."""
    enabled: bool
    toxics: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    lapsed: tuple[str, ...] = ()
    """What ended by itself since the proxy was created, because its lease was not renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToxicTally:
    """What one toxic did so far, over all its connections; nothing that only passed is in it."""

    bytes: int = 0
    """Those that it delayed, cut, held or swallowed."""
    ended: int = 0
    """Connections that it ended."""
    ends: int = 0
    """Ends of connections that it held back."""
    connections: int = 0
    """Connections that it acts on, or acted on."""
