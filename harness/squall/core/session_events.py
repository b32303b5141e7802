"""Events of the app's sessions that bursts of requests after a load tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityProbed(Event):
    """After the run, more simultaneous requests were sent than the app has sessions, so that each
    session is needed.
    """

    requests: int
    sessions: int
    """Sessions of the app after the requests."""
    unused: int
    """Sessions that existed before the requests and that none of the requests used."""
    computing: bool = False
    """Whether the app computed all the time: its requests did not come as far as the sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesCounted(Event):
    """How many requests of a burst reached the database at once, every statement being slow."""

    moment: str
    """``before`` or ``after`` the load."""
    requests: int
    places: int
    """Sessions that worked for the requests at once."""
    waiting: int
    """Requests beyond them that had no answer yet, or were refused. 0 or less: there was room for
    all, so the number of places is not a bound.
    """
    unused: int = 0
    """Sessions that none of the requests used; after the load, that no write used either."""
    copies: int = 0
    """Requests that were answered at once with a marked copy, as an app does that has no place for
    them.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsInForce(Event):
    """After the load, as many reads ran at once as the app had sessions, so that each was used; and
    the time limits that the sessions had then.
    """

    requests: int
    slowest_seconds: float
    """Of the reads, the longest time until its answer."""
    unused: int
    """Sessions that none of them used."""
    limits: Mapping[str, int]
    """As ``name=digest``, on how many sessions each is; what is as it was at their start is left
    out.
    """
