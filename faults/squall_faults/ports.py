"""What faults need from the world, as structure: the harness supplies it, faults never look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from squall_faults.in_force import InForce, ToxicTally

Direction = Literal["upstream", "downstream"]
StopMode = Literal["fast", "immediate"]
Replication = Literal["asynchronous", "synchronous"]
Scope = Literal["all", "existing", "new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which connections of a proxy a toxic hits; the draw of a share comes from the seed."""

    scope: Scope = "all"
    """``existing``: those that are open at injection; ``new``: those accepted later."""
    connections: int = 0
    """At most this number; 0 means no limit."""
    share: float = 1.0
    """Probability of each connection to be hit."""


EVERYTHING = Target()
"""Every connection, those that exist and those to come."""

SESSION_SECONDS = 1.0
"""How long a server without a free place is asked for a session of the administrator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What has passed through one proxy since it was created; all but ``open`` only grow."""

    open: int
    accepted: int
    upstream_bytes: int
    downstream_bytes: int
    statements: int | None = None
    """PostgreSQL statements that clients sent so far; None where they cannot be read."""
    settings: Mapping[str, int] = field(default_factory=dict)
    """Settings that live sessions changed for themselves, as ``name=digest of the value``, with the
    number of sessions. Those of a transaction do not count."""
    toxics: Mapping[str, ToxicTally] = field(default_factory=dict)
    """What each toxic did, by name, of those that the counting engine holds."""
    tallied: bool = False
    """Whether that is all; a real Toxiproxy does not tell what its toxics did."""


@runtime_checkable
class NetworkProxy(Protocol):
    """One proxy that speaks the Toxiproxy HTTP API, whichever engine is behind it.

    Whatever it puts into force has a time to live in the engine, where the engine can do that, so
    that a killed harness leaves no fault behind. Every call is bounded in time.
    """

    @property
    def name(self) -> str:
        """Name of the proxy in its engine: ``app`` or ``postgres``."""

    @property
    def resets_live_connections(self) -> bool:
        """Whether the engine can reset connections that exist and are idle."""

    async def add_toxic(
        self,
        name: str,
        kind: str,
        *,
        stream: Direction,
        attributes: Mapping[str, int],
        target: Target = EVERYTHING,
    ) -> None:
        """Add a toxic of Toxiproxy's type ``kind``; InjectionFailed with the server's text."""

    async def update_toxic(self, name: str, *, attributes: Mapping[str, int]) -> None:
        """Change attributes of a toxic on live connections."""

    async def remove_toxic(self, name: str) -> None:
        """Remove a toxic; one that is already gone is not an error."""

    async def disable(self) -> None:
        """Stop listening and drop every connection; new ones are refused."""

    async def enable(self) -> None:
        """Listen again on the same port."""

    async def reset_connections(self) -> int:
        """Send RST on every live connection, idle ones too; how many there were."""

    async def silence_connections(self) -> int:
        """Let every live connection go silent for good, both ways; how many there were."""

    async def in_force(self) -> InForce:
        """What is in force now, as the engine tells it."""

    async def traffic(self) -> Traffic:
        """Counters of this proxy, valid while connections live."""


@runtime_checkable
class WireProxy(Protocol):
    """A proxy that reads messages of PostgreSQL or Redis and obeys rules on them."""

    async def arm(self, rule: Mapping[str, Any]) -> str:
        """Put a rule into force (see ``proxy.rules.rule`` for PostgreSQL, ``command_rule`` for
        Redis); its id, or InjectionFailed.
        """

    async def disarm(self, rule_id: str) -> None:
        """Take it out of force and let go what it holds; one that is gone is not an error."""

    async def in_force(self) -> InForce:
        """What is in force now, as the engine tells it."""

    async def bites(self, rule_id: str) -> int:
        """How often it has acted so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamTally:
    """The requests that reached a stand-in since it started; all only grow."""

    requests: int
    unknown: int
    """Those for which no answer was declared."""
    keys: int = 0
    """Different idempotency keys of writes that may have been done."""
    answered: int = 0
    answered_alike: int = 0
    in_doubt: int = 0
    in_doubt_again: int = 0
    """Of writes with a key: see :mod:`squall_faults.stand_in.writes_again`."""
    seen: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    """How often, by method, path of the answer (or of the request, if it has none) and status; 0 is
    a reset before the status line."""


@runtime_checkable
class UpstreamServer(Protocol):
    """The stand-in of an HTTP server that the app calls; it obeys rules on requests."""

    async def arm(self, rule: Mapping[str, Any]) -> str:
        """Put a rule into force (see ``stand_in.upstream_rule``); its id, or InjectionFailed."""

    async def disarm(self, rule_id: str) -> None:
        """Take it out of force and let go what it holds; one that is gone is not an error."""

    async def in_force(self) -> InForce:
        """What is in force now."""

    async def bites(self, rule_id: str) -> int:
        """How often it has acted so far."""

    async def tally(self) -> UpstreamTally:
        """The requests that arrived so far."""


@runtime_checkable
class DatabaseControl(Protocol):
    """The database server as a process that can be stopped, killed, frozen and started."""

    async def stop(self, mode: StopMode) -> None:
        """Shut down as ``pg_ctl stop -m mode`` does; returns when the server is gone."""

    async def kill(self) -> None:
        """SIGKILL the postmaster and every backend; returns when they are gone."""

    async def pause(self) -> None:
        """SIGSTOP every process of the server."""

    async def resume(self) -> None:
        """SIGCONT every process of the server."""

    async def start(self) -> None:
        """Start the server if it is not running; returns once it accepts connections."""

    async def client_backends(self) -> int:
        """Sessions of the app now: client backends, without the harness's own."""

    async def accepts(self) -> bool:
        """Whether it lets a session in now."""


@runtime_checkable
class DatabaseProcess(DatabaseControl, Protocol):
    """The server, with the way that leads to it."""

    async def connection_attempts(self) -> int:
        """Connections that the app has opened or tried so far, whether or not it was up."""


@runtime_checkable
class RedisControl(Protocol):
    """A Redis server as a process that can be stopped, killed, frozen, started and emptied."""

    async def stop(self, *, keep: bool) -> None:
        """SIGTERM; ``keep``: what it holds is there again after the start. InjectionFailed."""

    async def kill(self) -> None:
        """SIGKILL it: all that it held is lost; returns when it is gone."""

    async def pause(self) -> None:
        """SIGSTOP it."""

    async def resume(self) -> None:
        """SIGCONT it."""

    async def start(self) -> None:
        """Start the server if it is not running; returns once it answers."""

    async def accepts(self) -> bool:
        """Whether it answers a client now."""

    async def flush(self) -> int:
        """Remove every key of every database; how many there were. InjectionFailed."""


@runtime_checkable
class RedisProcess(RedisControl, Protocol):
    """The server, with the way that leads to it."""

    async def client_connections(self) -> int:
        """Connections that the app has open now."""

    async def connection_attempts(self) -> int:
        """Connections that the app has opened or tried so far, whether or not it was up."""


@runtime_checkable
class DatabaseSession(Protocol):
    """One session on the real server, made for a fault, behind every proxy."""

    async def execute(self, sql: str) -> None:
        """Run a statement; InjectionFailed with the server's words."""

    async def values(self, sql: str) -> Sequence[Any]:
        """The first column of what a query gives; InjectionFailed with the server's words."""


@runtime_checkable
class DatabaseServer(Protocol):
    """The database server as its administrator sees it, by SQL, behind every proxy."""

    def session(
        self, *, wait_seconds: float = SESSION_SECONDS
    ) -> AbstractAsyncContextManager[DatabaseSession]:
        """A session of one's own for the length of a block.

        ``wait_seconds`` is how long a server without a free place is asked again: a fault that
        takes them all may have the administrator's, too, for a moment.

        Raises:
            InjectionFailed: the server does not let one in.
        """

    async def logged(self, words: str) -> int:
        """How many lines of the server's log have these words."""


@runtime_checkable
class DatabaseCluster(Protocol):
    """A primary with a standby that follows it by streaming replication, behind one proxy."""

    async def replicate(self, *, synchronous: bool) -> None:
        """Have a standby that streams; ``synchronous``: a COMMIT waits for it. InjectionFailed."""

    async def sever(self) -> None:
        """Cut the standby off: it has what was committed before this call, and nothing later."""

    async def unshipped(self) -> int:
        """Bytes of the primary's log that the standby does not have."""

    async def client_backends(self) -> int:
        """Sessions of the app on the primary now."""

    async def kill(self) -> None:
        """SIGKILL the primary; returns when it is gone."""

    async def accepts(self) -> bool:
        """Whether the primary lets a session in now."""

    async def promote(self) -> None:
        """Fence the primary; the standby, if there is one, becomes the primary and takes writes."""


@runtime_checkable
class AppControl(Protocol):
    """The process of the app under test."""

    async def crash(self) -> None:
        """SIGKILL it with its children; returns when they are gone."""

    async def terminate(self) -> int:
        """SIGTERM it, as a deployment does; returns its exit code when it is gone."""

    async def pause(self) -> int:
        """SIGSTOP it with its children; how many processes stand still now."""

    async def resume(self) -> None:
        """SIGCONT them."""

    async def revive(self) -> None:
        """Start it if it does not run; returns once it is ready."""

    async def answers(self) -> bool:
        """Whether it answers a request now."""


@runtime_checkable
class AppCopies(Protocol):
    """The app under test, of which a second copy can run beside the first."""

    async def start_second(self) -> None:
        """Start the copy, and lead the callers to it once it is ready. One that does not get ready
        is ended, and its failure recorded.
        """

    async def end_second(self) -> None:
        """Lead the callers back to the first copy, and end the second, if there is one."""


@runtime_checkable
class WorkerControl(Protocol):
    """Processes of the app other than its server: workers, schedulers."""

    async def crash(self) -> int:
        """SIGKILL them with their children; how many processes ran."""

    async def terminate(self) -> int:
        """SIGTERM them and wait for their end; how many workers ran."""

    async def pause(self) -> int:
        """SIGSTOP them with their children; how many processes stand still now."""

    async def resume(self) -> None:
        """SIGCONT them."""

    async def revive(self) -> None:
        """Start those that do not run; from then on they are restarted when they exit."""

    async def runs(self) -> bool:
        """Whether one of them runs now."""


@runtime_checkable
class LoadClient(Protocol):
    """The workload: those who call the app."""

    async def hang_up(self, share: float, after_seconds: float) -> None:
        """From now on let this share of callers hang up so long after sending."""

    async def multiply(self, factor: float, *, writes: bool = False) -> None:
        """Offer ``factor`` times the planned load from now on; ``writes``: what is beyond the plan
        is writes only.
        """

    async def repeat(
        self,
        share: float,
        after_seconds: float,
        *,
        another_body: bool = False,
        rivals: bool = False,
    ) -> None:
        """From now on let this share of callers repeat a write with the same key."""

    async def retry_failed(self, share: float, after_seconds: float) -> None:
        """From now on let this share of callers send a write again that was not served."""

    async def repeated(self) -> int:
        """Repeats so far, in this run."""

    async def ask_for_nothing(self, times: float) -> None:
        """From now on send this many times the planned requests for things that do not exist."""

    async def asked_for_nothing(self) -> int:
        """Requests for things that do not exist that were answered so far, in this run."""

    async def hold_streams(self, count: int) -> None:
        """From now on keep this many answers without an end open; 0 lets them go."""

    async def hold_bodies(self, count: int) -> None:
        """From now on keep this many requests open of whose body half was sent; 0 lets them go."""

    async def opened_streams(self) -> int:
        """Streams and unfinished requests that were opened and held so far, in this run."""

    async def cancelled_requests(self) -> int:
        """Calls that were hung up so far, in this run."""

    async def extra(self) -> int:
        """Calls beyond the planned load so far, in this run."""
