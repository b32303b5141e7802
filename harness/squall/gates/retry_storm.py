"""Retries do not become the outage: database load stays in proportion to the requests.

    amplification = (statements and connections a request, from the fault on)
                  / (statements and connections a request, before it)

Counted at the proxy in front of the database, which sees what the app sends, answered or not. A
pool that was not full when the fault came may fill up: those connections are not retries.

A login that was refused for its password is refused again, and servers lock accounts for less. A
pool tries once for each session that it had.

A statement that is repeated in a transaction that has failed cannot succeed: the server refuses all
but ROLLBACK, and its log says so (25P02).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from squall.core.events import BackendsSampled, DatabaseLoad, FaultHealed, StatementsRefused
from squall.core.server_events import ABORTED as OF_FAILED
from squall.gates.copies import Freshness
from squall.gates.findings import failed, passed
from squall.gates.starvation import unless_starved
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

STATEMENTS = "too-many-statements"
CONNECTIONS = "too-many-connections"
REPEATED = "repeated-in-vain"
ABORTED = "repeated-in-a-failed-transaction"
LOGINS = "too-many-logins"
ERROR_REPLY = "wire.error_reply"
REFUSED_LOGIN = "wire.refuse_startup"
IN_VAIN = {
    REPEATED: ("error replies", "error_replies", "errors_each"),
    LOGINS: ("refused logins", "refused_logins", "logins_each"),
}
"""What is counted in vain, and the names of its figures."""
LEAST_REPLIES = 15
"""Fewer error replies prove nothing."""
LEAST_ABORTED = 5
"""Fewer statements may be those of one error path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStorm(Gate):
    """At most ``statements_times`` the statements a request, ``connections_each`` connections."""

    statements_times: float | None = 4.0
    connections_each: float | None = 6.0
    """Maximum number of connections opened per request, on average from the fault on."""
    until_the_heal: bool = False
    """Whether requests after the heal do not count: where the fault itself fails nothing, and each
    statement that is sent again is sent while it lasts.
    """
    least_requests: int = 40
    errors_each: float | None = None
    """Maximum number of the fault's error replies for each request that failed or was answered with
    a copy, where the error says that repeating at once does not help. None requires nothing.
    """
    logins_each: float | None = None
    """Maximum number of the fault's refused logins for each request that failed or was answered
    with a copy, beyond one for each session that there was before. None requires nothing.
    """

    name = "retry-storm"
    severity = Severity.OVERLOAD

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the amplification and the limit that it exceeds."""
        return (
            _aborted(evidence)
            or self._repeated(evidence)
            or self._logged_in_again(evidence)
            or self._amplified(evidence)
        )

    def _amplified(self, evidence: Evidence) -> Finding:
        counted = self._counted(evidence)
        if isinstance(counted, str):
            return passed(self.name, counted)
        each, usual, times = counted
        figures = {"connections_each": round(each, 2)}
        if usual:
            figures["connections_each_before"] = round(usual, 2)
        told = f"{each:.2f} connections a request since the fault"
        over = []
        if self.connections_each is not None and each > self.connections_each:
            over.append(f"{each:.3g} connections, limit {self.connections_each:g}")
        if times is not None:
            figures["statements_times"] = round(times, 2)
            told += f", {times:.2f} times the statements a request as before"
            if self._too_many(times):
                over.append(f"{times:.3g} times, limit {self.statements_times:g}")
        if not over:
            return passed(self.name, told, figures)
        told += f" ({'; '.join(over)})"
        code = STATEMENTS if self._too_many(times) else CONNECTIONS
        finding = failed(self.name, told, figures, code=code)
        # New connections follow from the app's own time-outs; repeated statements do not.
        return unless_starved(finding, evidence) if code == CONNECTIONS else finding

    def _repeated(self, evidence: Evidence) -> Finding | None:
        """The failure of an app that repeats at once what cannot succeed."""
        if self.errors_each is None:
            return None
        replies = _bites(evidence, ERROR_REPLY)
        return self._in_vain(evidence, replies, self.errors_each, REPEATED)

    def _logged_in_again(self, evidence: Evidence) -> Finding | None:
        """The failure of an app that tries a login again and again that was refused."""
        if self.logins_each is None:
            return None
        logins = _bites(evidence, REFUSED_LOGIN) - _sessions_before(evidence)
        return self._in_vain(evidence, logins, self.logins_each, LOGINS)

    def _in_vain(self, evidence: Evidence, many: int, limit: float, code: str) -> Finding | None:
        """A failure with so many answers of the fault, if they are more for each request that
        failed than the limit.
        """
        each = many / max(1, _failed_requests(evidence))
        if many < LEAST_REPLIES or each <= limit:
            return None
        what, counted, of_each = IN_VAIN[code]
        told = f"{each:.2f} {what} for each request that failed, limit {limit:g}"
        return failed(self.name, told, {counted: many, of_each: round(each, 2)}, code=code)

    def _too_many(self, times: float | None) -> bool:
        limit = self.statements_times
        return times is not None and limit is not None and times > limit

    def _counted(self, evidence: Evidence) -> tuple[float, float, float | None] | str:
        """Connections per request since the fault and before it; the same of statements if known.

        A text says why neither is known.
        """
        loads = [event for event in evidence.events if isinstance(event, DatabaseLoad)]
        start = evidence.bounds("before")[1]
        before = [load for load in loads if load.at <= start]
        end = evidence.bounds("during")[1] if self.until_the_heal else math.inf
        after = [load for load in loads if start < load.at <= end]
        if len(before) < 2 or not after:  # noqa: PLR2004 - a rate needs two readings
            return "the load on the database was not counted"
        first, at_fault, last = before[0], before[-1], after[-1]
        calm = sum(first.at <= op.sent <= at_fault.at for op in evidence.ops)
        rough = sum(at_fault.at < op.sent <= last.at for op in evidence.ops)
        if calm < self.least_requests or rough < self.least_requests:
            return f"only {calm} requests before and {rough} since the fault"
        opened = last.connections - at_fault.connections
        each = max(0, opened - _growth(evidence, start)) / rough
        usual = (at_fault.connections - first.connections) / calm
        if first.statements is None or at_fault.statements is None or last.statements is None:
            return each, usual, None
        read = (at_fault.statements - first.statements) / calm
        now = (last.statements - at_fault.statements) / rough
        return each, usual, now / read if read else 1.0


def _bites(evidence: Evidence, fault: str) -> int:
    healed = [event for event in evidence.events if isinstance(event, FaultHealed)]
    return sum(event.bites for event in healed if event.fault == fault)


def _failed_requests(evidence: Evidence) -> int:
    """Those of the outage that failed or were answered with a copy."""
    start, end = evidence.bounds("during")
    is_fresh = Freshness(evidence)
    ops = [op for op in evidence.ops if start <= op.done and op.sent <= end]
    return sum(not op.good or not is_fresh(op) for op in ops)


def _sessions_before(evidence: Evidence) -> int:
    """The most that there were; a pool tries once for each of them."""
    start = evidence.bounds("before")[1]
    samples = [event for event in evidence.events if isinstance(event, BackendsSampled)]
    return max((sample.total for sample in samples if sample.at <= start), default=0)


def _aborted(evidence: Evidence) -> Finding | None:
    """The failure of an app that goes on in a transaction that has failed, and did not in calm."""
    counted = [
        event for event in evidence.events
        if isinstance(event, StatementsRefused) and event.why == OF_FAILED
    ]  # fmt: skip
    if not counted or counted[-1].before or (many := counted[-1].during) < LEAST_ABORTED:
        return None
    told = f"{many} statements were sent in transactions that had failed, where none can succeed"
    return failed(RetryStorm.name, told, {"aborted_statements": many}, code=ABORTED)


def _growth(evidence: Evidence, start: float) -> int:
    """Connections with which the app's pools filled: each is opened once, and is not a retry.

    Up to the declared bound, or to the maximum increase in sessions since the fault.
    """
    samples = [e for e in evidence.events if isinstance(e, BackendsSampled)]
    seen = [sample.total for sample in samples if sample.at <= start]
    if not seen:
        return 0
    bound = evidence.contract.most_sessions
    since = [sample.total for sample in samples if sample.at > start]
    most = bound if bound is not None else max(since, default=seen[-1])
    return max(0, most - seen[-1])
