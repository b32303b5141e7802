"""One judged run as input of the diagnosis: failed gates, affected requests, log lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from statistics import median

from squall.core.events import (
    BackendsSampled,
    DatabaseLoad,
    ErrorsLogged,
    FaultInjected,
    HandlerLocated,
    LogProblem,
    SuspectLocated,
)
from squall.diagnosis.remedies import Remedy
from squall.gates.driver_errors import names_internal_error, requests_share_connections
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Evidence
from squall.history.op import Op

CUTS = "cuts"
"""Effect of faults that end connections, so that dead ones remain in a pool."""

SILENCES = "silences"
"""Effect of faults after which the app receives nothing, not even an error."""

ERRORS = frozenset({"errors"})
"""The effect of faults that answer statements with errors."""

SETTLED_SECONDS = 0.3
"""After the heal, the last delayed statements end."""
MIN_LOADS = 3
FEW_STATEMENTS = 0.1
LONG_SECONDS = 0.25
MAX_PLACES = 10
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a run ended as it did."""

    reason: str
    """One sentence with the figures."""
    remedy: Remedy | None = None
    """The most likely remedy; None if none is needed or known."""
    code: str = ""
    """The rule that gave the diagnosis, such as ``leaked-connection``; empty if none did."""
    places: tuple[str, ...] = ()
    """Lines of the project that raised its errors, the most frequent first."""
    handlers: tuple[str, ...] = ()
    """Without such lines: the functions that answered the requests which show the failure."""
    suspects: tuple[str, ...] = ()
    """Lines that are written as such a cause often is: ``shop/main.py:67 in ticket: what``."""


@dataclass(frozen=True)
class JudgedRun:
    """The input of the rules. Pure."""

    evidence: Evidence
    findings: Sequence[Finding]

    def failed(self, gate: str) -> Finding | None:
        """The finding of this gate if it failed."""
        return self._with(Verdict.FAIL).get(gate)

    def unclear(self, gate: str) -> Finding | None:
        """The finding of this gate if it was inconclusive."""
        return self._with(Verdict.INCONCLUSIVE).get(gate)

    def _with(self, verdict: Verdict) -> Mapping[str, Finding]:
        return {one.gate: one for one in self.findings if one.verdict is verdict}

    @cached_property
    def faults(self) -> frozenset[str]:
        """Keys of the faults that came into force."""
        return self.evidence.fault_keys

    @cached_property
    def effects(self) -> frozenset[str]:
        """Effects of the faults that came into force, as the catalogue of faults names them."""
        return frozenset(e.effect for e in self.evidence.events if isinstance(e, FaultInjected))

    @cached_property
    def during(self) -> list[Op]:
        """Requests during the outage."""
        return self.evidence.window("during")

    @cached_property
    def after(self) -> list[Op]:
        """Requests after the heal."""
        return self.evidence.window("after")

    @cached_property
    def bad_after(self) -> list[Op]:
        """Requests after the heal without a successful answer."""
        return [op for op in self.after if not op.good]

    @cached_property
    def sessions(self) -> int:
        """Sessions of the app just before the first fault; 0 if they were not counted."""
        start = self.evidence.bounds("before")[1]
        seen = [
            e.total for e in self.evidence.events if isinstance(e, BackendsSampled) and e.at < start
        ]
        return seen[-1] if seen else 0

    @cached_property
    def hung(self) -> list[Op]:
        """Requests that never got an answer."""
        return [op for op in self.evidence.awaited if op.error == "timeout"]

    @cached_property
    def most_active(self) -> int:
        """The largest number of statements that ran at a time since the first fault."""
        start = self.evidence.bounds("before")[1]
        seen = (
            e.active
            for e in self.evidence.events
            if isinstance(e, BackendsSampled) and e.at > start
        )
        return max(seen, default=0)

    @cached_property
    def connects_again(self) -> bool:
        """Whether the app tried to connect after the heal; True if it is not known."""
        healed = self.evidence.last_healed
        loads = [e for e in self.evidence.events if isinstance(e, DatabaseLoad)]
        since = [load.connections for load in loads if healed is not None and load.at > healed]
        return not since or since[-1] > since[0]

    @cached_property
    def asked_before(self) -> bool:
        """Whether statements reached the database before the first fault, as far as it is known."""
        start = self.evidence.bounds("before")[1]
        sent = [
            e.statements for e in self.evidence.events
            if isinstance(e, DatabaseLoad) and e.statements is not None and e.at <= start
        ]  # fmt: skip
        return len(sent) > 1 and sent[-1] > sent[0]

    @cached_property
    def asks_nothing(self) -> bool:
        """Whether all requests since the heal failed, and hardly a statement was sent for them."""
        healed = self.evidence.last_healed
        sent = [
            e.statements for e in self.evidence.events
            if isinstance(e, DatabaseLoad) and e.statements is not None
            and healed is not None and e.at > healed + SETTLED_SECONDS
        ]  # fmt: skip
        if len(sent) < MIN_LOADS or len(self.bad_after) < len(self.after):
            return False
        return sent[-1] - sent[0] <= FEW_STATEMENTS * len(self.after)

    @cached_property
    def waits_after(self) -> bool:
        """Whether most requests that failed after the heal waited: a breaker refuses at once."""
        return (
            bool(self.bad_after)
            and median(op.done - op.sent for op in self.bad_after) > LONG_SECONDS
        )

    @cached_property
    def most_sessions(self) -> int:
        """The largest number of sessions that the app had at a time."""
        seen = (e.total for e in self.evidence.events if isinstance(e, BackendsSampled))
        return max(seen, default=0)

    @cached_property
    def most_at_once(self) -> int:
        """The largest number of requests that waited for their answers at a time."""
        ends = sorted((at, change) for op in self.evidence.awaited
                      for at, change in ((op.sent, 1), (op.done, -1)))  # fmt: skip
        return max(accumulate(change for _, change in ends), default=0)

    @cached_property
    def _said(self) -> str:
        lines = [e.line for e in self.evidence.events if isinstance(e, LogProblem)]
        if not requests_share_connections(self.evidence):  # then they say nothing about the app
            lines = [line for line in lines if not names_internal_error(line)]
        return "\n".join([*lines, *(op.body for op in self.evidence.ops if op.body)])

    def said(self, pattern: str) -> bool:
        """Whether the app's log or the body of an error matches this pattern."""
        return re.search(pattern, self._said, re.IGNORECASE) is not None

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Lines of the project that raised the logged errors, the most frequent first."""
        counts: Counter[str] = Counter()
        for event in self.evidence.events:
            if isinstance(event, ErrorsLogged) and event.place:
                counts[event.place] += event.count
        return tuple(place for place, _ in counts.most_common(MAX_PLACES))

    @cached_property
    def handlers(self) -> tuple[str, ...]:
        """Functions that answered what the failed gates show, the most frequent first; if those
        show no request, what answered without success during the outage.
        """
        place_of = {
            event.operation: event.place
            for event in self.evidence.events
            if isinstance(event, HandlerLocated)
        }
        shown = {number for one in self._with(Verdict.FAIL).values() for number in one.ops}
        shown = shown or {op.id for op in self.during if not op.good}
        counts = Counter(place_of.get(op.name, "") for op in self.evidence.ops if op.id in shown)
        return tuple(place for place, _ in counts.most_common(MAX_PLACES) if place)

    def suspects(self, cause: str) -> tuple[str, ...]:
        """Lines of the project that look like this cause."""
        return tuple(
            f"{event.place}: {event.what}"
            for event in self.evidence.events
            if isinstance(event, SuspectLocated) and event.cause == cause
        )

    @cached_property
    def maybe_committed(self) -> str:
        """A warning if the usual remedy for errors would make the app answer incorrectly."""
        known = self.evidence.contract.error_statuses
        writes = [
            op
            for op in self.evidence.awaited
            if op.effect != "read" and (op.status or 0) >= SERVER_ERROR and op.status not in known
        ]
        if not writes:
            return ""
        which = count(len(writes), "is a write", "are writes")
        return f"; {which} that may be committed: answer 504 there, not 503, which means refused"

    def late(self, ops: Sequence[Op]) -> list[Op]:
        """Requests that took longer than the deadline or timed out."""
        limit = self.evidence.contract.deadline_seconds
        return [op for op in ops if op.error == "timeout" or op.done - op.sent > limit]


def count(number: int, one: str, many: str = "") -> str:
    """``1 request``, ``5 requests``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
