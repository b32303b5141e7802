"""What happened in a run, as facts that listeners receive: the engine emits, reports listen.

Every event has ``at``: seconds of the monotonic clock. Events are written as JSON lines, one
object each, with the class name under ``event``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    at: float

    KINDS: ClassVar[dict[str, type[Event]]] = {}


_PLURAL = re.compile(r"(process)es\b|(\w+)s\b")
"""Of a bite's words the first: all faults count things in the plural."""


def counted(count: int, what: str) -> str:
    """A number and what it counts: ``1 session killed``, ``2 sessions killed``."""
    if count == 1:
        what = _PLURAL.sub(lambda noun: noun[1] or noun[2], what, count=1)
    return f"{count} {what}"


def _kind(cls: type[Event]) -> type[Event]:
    Event.KINDS[cls.__name__] = cls
    return cls


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The workload of one scenario begins."""

    scenario: str
    seed: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyStateChecked(Event):
    """The gates of the steady state were judged before the first fault."""

    holds: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInjected(Event):
    """A fault is in force from here on. ``step`` is its position in the scenario, from 0."""

    step: int
    fault: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultHealed(Event):
    """A fault is verifiably gone: the database accepts connections, the network is whole.

    ``bites`` counts what the fault did, ``what`` names the things counted.
    """

    step: int
    fault: str
    bites: int
    what: str
    may_miss: bool = False
    """Whether the run proves something even if this fault did nothing."""

    @property
    def bitten(self) -> str:
        """What it did, in words: ``6 sessions killed``."""
        return counted(self.bites, self.what)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSkipped(Event):
    """The lab cannot supply what the fault needs."""

    step: int
    fault: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendsSampled(Event):
    """Sessions of the app that the server knows, by pg_stat_activity, read behind the proxy."""

    total: int
    active: int
    idle: int
    idle_in_transaction: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSampled(Event):
    """One answer of the app to an orchestrator's probe, asked directly and not through a proxy."""

    probe: str
    """``live`` or ``ready``."""
    status: int | None
    """HTTP status; None when no answer came."""
    seconds: float
    app_meant_down: bool
    """A fault had ended or frozen the app's process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLoad(Event):
    """What the proxy to the database has seen so far; both only grow."""

    statements: int | None
    """Statements that clients sent; None where the engine cannot read them."""
    connections: int
    """Connections that clients opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugesSampled(Event):
    """What the app says of itself in Prometheus' format, asked directly and not through a proxy."""

    values: Mapping[str, float]
    """By the gauge's name; the samples of its labels are added up."""
    states: Mapping[str, str]
    """Of gauges that stand for a state, such as a circuit breaker's: the word for the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorAwaited(Event):
    """How long the app's process has been ready to run without a processor; it only grows."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProblem(Event):
    """The app's log told of something that nobody handled; ``at`` is when the log was read."""

    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppExited(Event):
    """The process of the app under test ended without being told to."""

    exit_code: int
    starting: bool = False
    """Whether it had been started anew after a fault, and was not ready yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The workload is over and every operation has an outcome."""


for _cls in list(vars().values()):
    if isinstance(_cls, type) and issubclass(_cls, Event) and _cls is not Event:
        _kind(_cls)

Listener = Callable[[Event], None]


def to_json(event: Event) -> dict[str, Any]:
    """One flat object: the class name under ``event``, then the fields."""
    return {"event": type(event).__name__, **dataclasses.asdict(event)}


def from_json(line: dict[str, Any]) -> Event:
    """The inverse of :func:`to_json`; KeyError for an unknown event, TypeError for its fields."""
    fields = dict(line)
    return Event.KINDS[fields.pop("event")](**fields)
