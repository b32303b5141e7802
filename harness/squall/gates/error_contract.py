"""Errors keep the contract: documented statuses, problem details, and no internals.

RFC 9457 defines the body, RFC 9110 section 10.2.3 the Retry-After header, RFC 9111 what caches do.
A status 500 and a connection cut without an answer never conform to the contract.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate

from squall.gates.driver_errors import caused_by_driver
from squall.gates.findings import failed, passed
from squall.gates.request_names import badly_named
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op

LEAKS = re.compile(
    r"Traceback \(most recent|File \"[^\"]+\.py\"|asyncpg|psycopg|sqlalchemy"
    r"|\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.+\bSET\b"
    r"|postgres(?:ql)?(?:\+\w+)?://|\b\d{1,3}(?:\.\d{1,3}){3}:\d{2,5}\b|\('[\w.-]+', \d+\)",
    re.DOTALL,
)
"""Signs of internals in a body: stack traces, drivers, SQL, addresses."""

SERVERS_WORDS = re.compile(
    r"canceling statement due to|deadlock detected|could not serialize access"
    r"|terminating connection due to|the database system is (?:starting|shutting|in recovery|not)"
    r"|remaining connection slots are reserved|sorry, too many clients|no pg_hba\.conf entry"
    r"|password authentication failed|could not extend file|cached plan must not change"
    r"|current transaction is aborted|in a read-only transaction|server closed the connection"
    r"|(?:relation|column|role|database) \\?\".+\" does not exist|violates (?:unique|foreign|check)"
    r"|prepared statement \\?\".+\" does not exist|connection was closed in the middle"
)
"""Messages of PostgreSQL and its drivers (PostgreSQL, src/backend, ``errmsg``)."""

CLIENTS_WORDS = re.compile(
    r"All connection attempts failed|Server disconnected without sending a response"
    r"|peer closed connection without sending|(?:Client|Server) error '\d{3} [^']*' for url"
    r"|Cannot connect to host |HTTPConnectionPool\(|Max retries exceeded with url"
    r"|Error \d+ connecting to |Error while reading from |Timeout (?:reading from|connecting to) "
    r"|Redis is loading the dataset|OOM command not allowed|write against a read only replica"
    r"|NOAUTH Authentication required|\[Errno -?\d+\]"
    r"|\b(?:Connect|Read|Write|Pool)(?:Error|Timeout)\(|\bRemoteProtocolError\("
)
"""Messages and classes of clients of HTTP and Redis: httpx, aiohttp, urllib3, redis."""

PROBLEM = "application/problem+json"

CUT_CONNECTION = "connection-cut"
SERVER_ERROR = "undocumented-server-error"
UNDOCUMENTED = "undocumented-status"
MEDIA_TYPE = "wrong-media-type"
MALFORMED = "malformed-problem"
RETRY_AFTER = "no-usable-retry-after"
LONGEST_PAUSE = 600
"""Seconds. Outages are shorter than that, and clients that wait longer are lost."""
CACHEABLE = "cacheable-error"
CACHED_ERROR_SECONDS = 10
"""A cache that repeats an error for some seconds protects the app; for longer, it prolongs the
outage."""
FRESH = re.compile(r"\b(?:s-maxage|max-age)\s*=\s*\"?(\d+)", re.IGNORECASE)
LEAK = "internals-leaked"
CLIENT_ERRORS = range(400, 500)
"""What a request for a thing that does not exist gets, documented or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorContract(Gate):
    """Every error answer conforms to the contract."""

    allow_cut_connections: bool = False
    """True if the fault itself is between client and app."""
    requests_named: bool = False
    """Whether an error names its request (X-Request-ID), if all answers before the fault do, and no
    other request.
    """

    name = "error-contract"
    severity = Severity.FORM

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the most frequent breach first; the code is that of a leak, or of this
        breach.
        """
        bad = [op for op in evidence.awaited if not op.good and not _is_plain_bug(op)]
        spared = caused_by_driver(evidence, bad)
        errors = [op for op in bad if op.id not in spared]
        found = {op: list(self._breaches(op, evidence.contract)) for op in errors}
        if self.requests_named:
            for op, breach in badly_named(evidence, errors):
                found[op].append(breach)
        breaking = [op for op in errors if found[op]]
        breaches = Counter(breach for each in found.values() for breach in each)
        if not breaches:
            told = f"{len(errors)} of {len(evidence.awaited)} answers were errors, all well-formed"
            told += f"; {len(spared)} more follow from a bug of the driver" if spared else ""
            return passed(self.name, told, {"errors": len(bad)}, noted=bool(spared))
        told = "; ".join(f"{count} x {what}" for (_, what), count in breaches.most_common(3))
        figures = {"errors": len(bad), "breaches": len(breaking)}
        by_code: Counter[str] = Counter()
        for (code, _), count in breaches.items():
            by_code[code] += count
        figures |= {code.replace("-", "_"): count for code, count in sorted(by_code.items())}
        code = LEAK if LEAK in by_code else breaches.most_common(1)[0][0][0]
        return failed(self.name, told, figures, breaking, code=code)

    def _breaches(self, op: Op, contract: Contract) -> Iterator[tuple[str, str]]:
        """Code and text of each breach."""
        if op.status is None:
            if op.is_cut and not self.allow_cut_connections:
                yield CUT_CONNECTION, f"connection cut without an answer ({op.error})"
            return
        if op.status not in contract.error_statuses and not op.for_nothing:
            code = SERVER_ERROR if op.status >= 500 else UNDOCUMENTED  # noqa: PLR2004 - HTTP's 5xx
            yield code, f"status {op.status}, which is not documented"
        if not (op.content_type or "").startswith(contract.error_media_type):
            yield MEDIA_TYPE, f"status {op.status} without {contract.error_media_type}"
        elif contract.error_media_type == PROBLEM and _malformed(op):
            yield MALFORMED, f"status {op.status} with a body that is not a problem object"
        if op.status in contract.retry_after_statuses and not _seconds(op.retry_after):
            yield RETRY_AFTER, f"status {op.status} without a usable Retry-After"
        elif _is_senseless(op.retry_after):
            yield RETRY_AFTER, f"status {op.status} with Retry-After: {op.retry_after}"
        if op.status >= 500 and (seconds := _cacheable_seconds(op)) > CACHED_ERROR_SECONDS:  # noqa: PLR2004 - the same
            yield CACHEABLE, f"status {op.status} that may be cached for {seconds} s"
        if told := _leak(op):
            yield LEAK, f"status {op.status} leaks internals{told}"


SIGNS = (LEAKS, SERVERS_WORDS, CLIENTS_WORDS)


def _is_plain_bug(op: Op) -> bool:
    """Whether the app fails for an unknown number: it does so without any fault, too."""
    return op.for_nothing and op.status is not None and op.status not in CLIENT_ERRORS


def _leak(op: Op) -> str:
    """Where an answer shows what is inside, and what it shows; empty if it does not."""
    for place, text in (("", _without_own_address(op)), (" in a header", op.headers)):
        if found := next(filter(None, (one.search(text) for one in SIGNS)), None):
            return f"{place} ({found.group()[:40]!r})"
    return ""


def _without_own_address(op: Op) -> str:
    """The body without the address that the client itself used: ``instance`` of a problem object
    (RFC 9457) often is the URL of the request.
    """
    own = re.search(rf"(https?:\\?/\\?/[^\s\"'/\\]+){re.escape(op.path)}(?![\w/-])", op.body)
    return op.body.replace(own[1], "") if op.path and own else op.body


def _malformed(op: Op) -> bool:
    """A problem object has at least a matching status, and a title or a type (RFC 9457, 3.1)."""
    try:
        problem = json.loads(op.body)
    except ValueError:
        return True
    if not isinstance(problem, dict):
        return True
    return problem.get("status", op.status) != op.status or not ({"title", "type"} & set(problem))


def _seconds(retry_after: str | None) -> bool:
    """Whether it is a usable pause: 0 calls all clients back at once, and an hour means never."""
    if retry_after is None or not retry_after.isdecimal():
        return False
    return 1 <= int(retry_after) <= LONGEST_PAUSE


def _is_senseless(retry_after: str | None) -> bool:
    """Whether clients are sent away for longer than any outage, such as by milliseconds, or cannot
    read it: it is neither a number of seconds, without a fraction, nor a date.
    """
    if retry_after is None or retry_after.isdecimal():
        return retry_after is not None and int(retry_after) > LONGEST_PAUSE
    return parsedate(retry_after) is None


def _cacheable_seconds(op: Op) -> int:
    """How long a cache may repeat the answer to a read: any status may (RFC 9111, section 3)."""
    control = op.cache_control.lower()
    if op.effect != "read" or "no-store" in control or "no-cache" in control:
        return 0
    return max((int(seconds) for seconds in FRESH.findall(control)), default=0)
