"""What an outage made the app take from the machine is given back: files, sockets, threads, memory.

What leaks at each failure is invisible until a limit is reached: ``ulimit -n`` for files and
sockets, the container's number of processes for threads, its memory for the rest. From then on the
app accepts no client, starts nothing, or is killed. The page of metrics grows as well, line by
line, if a label has another value for each failed request.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import BackendsSampled, SeriesCounted
from squall.gates.at_rest import rest_samples
from squall.gates.counts_return import counts_not_returned
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

DESCRIPTORS = "descriptors-left"
THREADS = "threads-left"
MEMORY = "memory-left"
COUNT_LEFT = "count-not-returned"
NAMED_SERIES = "series-of-one-request"
LEAST_SERIES = 10
"""Fewer may be the last few requests, which a page of metrics shows as examples."""
MIB = 1024**2


def _most_sessions(evidence: Evidence) -> int:
    """The most sessions at a time. A pool, or threads with a connection each, may keep the dead
    sockets of those that ended until they are used again.
    """
    return max((e.total for e in evidence.events if isinstance(e, BackendsSampled)), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesReturn(Gate):
    """At rest, the app holds about as many files, sockets, threads and memory as before the load.

    Each allowance is what an app may take for good when it meets its first load and its first
    errors.
    """

    allowance: int = 15
    """Files and sockets opened lazily: logs, pipes, caches. Sessions do not count here."""
    threads: int = 80
    """Thread pools fill and stay: 40 of AnyIO, up to 32 of asyncio's default executor."""
    memory_mib: int = 48
    """Caches, statement caches of new connections, and what the allocator keeps."""

    name = "resources-return"
    severity = Severity.LEAK
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the app at rest before the load and after it."""
        return self._counts(evidence) or self._series(evidence) or self._machine(evidence)

    def _counts(self, evidence: Evidence) -> Finding | None:
        """Places that are a number in a row."""
        for column, number in counts_not_returned(evidence).items():
            told = f"{column} is {number} higher than before, although nothing is under way"
            reason = f"{told}: it was counted up and not down"
            return failed(self.name, reason, {"count_left": number}, code=COUNT_LEFT)
        return None

    def _series(self, evidence: Evidence) -> Finding | None:
        """Metrics with a label that has another value for each request."""
        counted = [event for event in evidence.events if isinstance(event, SeriesCounted)]
        named = counted[-1].of_one_request if counted else 0
        if named < LEAST_SERIES:
            return None
        told = (
            f"{named} of {counted[-1].series} series of the app's metrics are of one request each"
        )
        figures = {"series_of_one_request": named}
        return failed(self.name, f"{told}, and stay for good", figures, code=NAMED_SERIES)

    def _machine(self, evidence: Evidence) -> Finding:
        samples = rest_samples(evidence)
        if samples is None or None in (samples[0].descriptors, samples[1].descriptors):
            return not_judged(self.name, "the app's files are not visible from here")
        before, after = samples
        kept = (after.descriptors or 0) - max(after.sessions, _most_sessions(evidence))
        grown = {
            "descriptors": kept - ((before.descriptors or 0) - before.sessions),
            "threads": (after.threads or 0) - (before.threads or 0),
            "memory_mib": ((after.memory_bytes or 0) - (before.memory_bytes or 0)) // MIB,
        }
        figures = {f"{name}_grown": float(number) for name, number in grown.items()}
        for name, limit, code, what in (
            ("descriptors", self.allowance, DESCRIPTORS, "more files and sockets are open"),
            ("threads", self.threads, THREADS, "more threads run"),
            ("memory_mib", self.memory_mib, MEMORY, "MiB more memory is in use"),
        ):
            if grown[name] > limit:
                reason = (
                    f"{grown[name]} {what} than before the load, although no request is running"
                )
                return failed(self.name, reason, figures, code=code)
        return passed(self.name, "files, sockets, threads and memory are as before", figures)
