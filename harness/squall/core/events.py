"""Events of a run: the engine emits them, reports listen.

Every event has ``at``: seconds of the monotonic clock. Events are written as JSON lines, one object
each, with the class name under ``event``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from squall.core.commit_events import BatchStored as BatchStored  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import CommitsRead as CommitsRead  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import FamilyCommitted as FamilyCommitted  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import NumberBalanced as NumberBalanced  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import NumberKept as NumberKept  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import NumbersCounted as NumbersCounted  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import NumbersMoved as NumbersMoved  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import NumbersRun as NumbersRun  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import NumberTold as NumberTold  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import RowDeleted as RowDeleted  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import RowFollowed as RowFollowed  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import RowsAlike as RowsAlike  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import RowsEmptied as RowsEmptied  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import RowsOrphaned as RowsOrphaned  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import RowStoredLate as RowStoredLate  # noqa: PLC0414 - offered here, too
from squall.core.commit_events import TransactionCommitted as TransactionCommitted  # noqa: PLC0414 - offered here, too
from squall.core.counting import counted
from squall.core.event import Event as Event  # noqa: PLC0414 - offered here, too
from squall.core.log_events import ErrorsLogged as ErrorsLogged  # noqa: PLC0414 - offered here, too
from squall.core.log_events import LogProblem as LogProblem  # noqa: PLC0414 - offered here, too
from squall.core.metric_events import GaugesSampled as GaugesSampled  # noqa: PLC0414 - offered here, too
from squall.core.metric_events import SeriesCounted as SeriesCounted  # noqa: PLC0414 - offered here, too
from squall.core.server_events import StatementsRefused as StatementsRefused  # noqa: PLC0414 - offered here, too
from squall.core.session_events import CapacityProbed as CapacityProbed  # noqa: PLC0414 - offered here, too
from squall.core.session_events import LimitsInForce as LimitsInForce  # noqa: PLC0414 - offered here, too
from squall.core.session_events import PlacesCounted as PlacesCounted  # noqa: PLC0414 - offered here, too
from squall.core.update_events import RowChanged as RowChanged  # noqa: PLC0414 - offered here, too
from squall.core.update_events import UpdateShown as UpdateShown  # noqa: PLC0414 - offered here, too


def _kind(cls: type[Event]) -> type[Event]:
    Event.KINDS[cls.__name__] = cls
    return cls


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The workload of one scenario starts."""

    scenario: str
    seed: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyStateChecked(Event):
    """The steady-state gates were judged before the first fault."""

    holds: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInjected(Event):
    """A fault is in force from now on. ``step`` is its position in the scenario, from 0."""

    step: int
    fault: str
    label: str
    effect: str = ""
    """The fault's effect, as the catalogue names it: ``cuts``, ``silences`` …"""
    proxy: str = ""
    """The proxy on which it acts, if it says one: ``postgres``, ``app``, a dependency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsDelayed(Event):
    """Statements are delayed from now on, so that the fault which follows meets requests between
    two of them. The ``during`` window begins here.
    """

    delay_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultHealed(Event):
    """A fault has been verified as gone: the database accepts connections, the network works.

    ``bites`` counts what the fault did, and ``what`` names what is counted.
    """

    step: int
    fault: str
    bites: int
    what: str
    may_miss: bool = False
    """Whether the run proves something even if this fault had no effect."""
    lapsed: str = ""
    """Why the fault was no longer in force when its heal was due; empty if it was in force."""

    @property
    def bitten(self) -> str:
        """What the fault did, as text: ``6 sessions killed``."""
        return counted(self.bites, self.what)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSkipped(Event):
    """The lab lacks something that the fault needs."""

    step: int
    fault: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendsSampled(Event):
    """The app's sessions in pg_stat_activity, read directly and not through the proxy."""

    total: int
    active: int
    idle: int
    idle_in_transaction: int
    locks_held_seconds: float = 0.0
    """How long, of all transactions that have locked rows, one has stood without a statement."""
    waiting_for_locks: int = 0
    """Sessions whose statement waits for a lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSampled(Event):
    """What the app holds while it serves no request, before and after the load."""

    moment: str
    """``before`` or ``after``."""
    sessions: int
    advisory_locks: int
    listeners: int
    """Sessions whose last statement was LISTEN."""
    temporary_tables: int
    aborted: int = 0
    """Sessions whose transaction failed and was not rolled back."""
    descriptors: int | None = None
    """Open files and sockets, without client connections; None if unknown."""
    threads: int | None = None
    memory_bytes: int | None = None
    """Resident memory of the app's processes."""
    log_bytes: int | None = None
    """Size of the app's log; None if unknown."""
    settings: Mapping[str, int] = field(default_factory=dict)
    """Settings that sessions changed for themselves, as ``name=digest``; how many have each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleStatements(Event):
    """Statements that the app sent while it had nothing to answer: something polls."""

    moment: str
    """``before`` or ``after``; without the event before, nothing polls in calm."""
    statements: int
    """Before: in all of the time. After: until the first look that saw one."""
    seconds: float
    """How long the app was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPending(Event):
    """Work that the app had accepted, looked at until it was done or the patience was over."""

    work: str
    """Name of the declared query."""
    before: int
    """Pending before the load."""
    after: int
    """Pending at the end."""
    seconds: float
    """From the first look after the load to the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretDisclosed(Event):
    """The password of the lab's database, known to the app only, appeared outside the app; or the
    credentials that clients send appeared in its log.
    """

    place: str
    """``log``, ``answer`` (an error) or ``success``; ``token``: credentials of clients in the log.
    """
    count: int
    """Lines of the log, or answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSampled(Event):
    """One answer of the app to an orchestrator's probe, sent directly and not through a proxy."""

    probe: str
    """``live`` or ``ready``."""
    status: int | None  # None if no answer came
    seconds: float
    app_meant_down: bool
    """Whether a fault had ended or frozen the app's process."""
    discloses: bool = False
    """Whether the answer contains the password of the lab's database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownClientAnswered(Event):
    """The answer to a read that was sent without the credentials that it needs."""

    status: int
    known: bool = False
    """Whether the client has credentials, which do not allow this read: 403."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLoad(Event):
    """What the proxy in front of the database has counted so far. Both values only grow."""

    statements: int | None
    """None if the engine cannot read them."""
    connections: int
    bytes: int | None = None  # both directions


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamLoad(Event):
    """The requests that reached the stand-in of an HTTP server so far. All only grow."""

    name: str
    """Of the dependency."""
    requests: int
    unknown: int
    """Those for which no answer is declared."""
    keys: int = 0
    """Different idempotency keys of writes that may have been done."""
    answered: int = 0
    """Writes with a key that were answered."""
    answered_alike: int = 0
    """Those that were followed within a second by another key with the same path and body."""
    in_doubt: int = 0
    """Writes with a key whose client got no whole answer, and that may have been done."""
    in_doubt_again: int = 0
    """Those that were followed in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRequests(Event):
    """What reached the stand-in of an HTTP server in this run."""

    name: str
    seen: Mapping[str, int]
    """How often, by method, path and status: ``GET /rates/{id} 200``; status 0 is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorAwaited(Event):
    """How long the app's process was runnable but had no CPU. The value only grows."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerLocated(Event):
    """The function of the project that answers an operation, as its source says."""

    operation: str
    place: str
    """``shop/main.py:79 in list_items``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectLocated(Event):
    """A line of the project that is written as the cause of the failure may be: a hint."""

    cause: str
    """Code of the diagnosis that it may explain."""
    place: str
    """``shop/main.py:79 in list_items``."""
    what: str
    """``pool.acquire() has no `with` and no `finally` that gives it back``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppExited(Event):
    """The app's process exited although nothing had stopped it."""

    exit_code: int
    starting: bool = False
    """Whether it had been restarted after a fault and was not ready yet."""
    allowed: bool = False
    """Whether it may end then: nothing declares that it starts without its database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTerminated(Event):
    """A fault sent SIGTERM to the app's process. ``at`` is when this event was published."""

    exit_code: int
    """Negative for a signal: -9 if the process did not exit within the grace period."""
    seconds: float
    """Seconds from SIGTERM to the exit."""
    handling: str = ""
    """What the process that got the signal does with it: ``caught``, ``ignored``, ``default`` (it
    has no handler, such as a shell), or empty: not known.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCopyEnded(Event):
    """A second copy of the app ran beside the first. ``at`` is when this event was published."""

    ready: bool
    """Whether it got ready, and ran until it was ended."""
    exit_code: int | None
    """None if it ran until it was ended."""
    seconds: float
    """Until it was ready, or failed."""
    refused: int
    """Connections that the full server refused meanwhile, of either copy."""
    clashed: bool
    """Whether it failed because of something that two copies share on one machine only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentEnded(Event):
    """A component of the lab exited although nothing in the scenario stops it. The run is lost."""

    component: str
    """``PostgreSQL``, ``engine``, ``meter``, ``workload`` or ``watchdog``."""
    how: str
    """For example ``ended by SIGKILL``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The workload has ended and every operation has an outcome."""


for _cls in list(vars().values()):
    if isinstance(_cls, type) and issubclass(_cls, Event) and _cls is not Event:
        _kind(_cls)

Listener = Callable[[Event], None]


def to_json(event: Event) -> dict[str, Any]:
    """One flat object: the class name under ``event``, then the fields."""
    return {"event": type(event).__name__, **dataclasses.asdict(event)}


def from_json(line: dict[str, Any]) -> Event:
    """The inverse of :func:`to_json`. KeyError for an unknown event, TypeError for wrong fields."""
    fields = dict(line)
    return Event.KINDS[fields.pop("event")](**fields)
