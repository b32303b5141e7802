"""Errors stay graceful: only documented statuses, problem details, and nothing of the inside.

RFC 9457 defines the body, RFC 9110 section 10.2.3 the Retry-After header. A status 500 and a
connection cut without an answer are never part of a contract.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.checkers.findings import failed, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Contract, Evidence
from harness.history.op import Op

LEAKS = re.compile(
    r"Traceback \(most recent|File \"[^\"]+\.py\"|asyncpg|psycopg|sqlalchemy"
    r"|\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.+\bSET\b"
    r"|postgres(?:ql)?(?:\+\w+)?://|\b\d{1,3}(?:\.\d{1,3}){3}:\d{2,5}\b|\('[\w.-]+', \d+\)",
    re.DOTALL,
)
"""Signs of the inside in a body: stack traces, drivers, SQL, addresses."""

CUT = ("reset", "disconnected")
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorContract:
    """Every answer that is no success keeps the contract."""

    allow_cut_connections: bool = False
    """True where the fault itself lies between caller and app."""

    name = "error-contract"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the commonest breach first."""
        breaches: Counter[str] = Counter()
        breaking: list[Op] = []
        errors = [op for op in evidence.awaited if not op.good]
        for op in errors:
            found = list(self._breaches(op, evidence.contract))
            breaches.update(found)
            if found:
                breaking.append(op)
        if not breaches:
            reason = (
                f"{len(errors)} of {len(evidence.awaited)} answers were errors, all well-formed"
            )
            return passed(self.name, reason, {"errors": len(errors)})
        told = "; ".join(f"{count} x {what}" for what, count in breaches.most_common(3))
        figures = {"errors": len(errors), "breaches": len(breaking)}
        return failed(self.name, told, figures, breaking)

    def _breaches(self, op: Op, contract: Contract) -> Iterator[str]:
        if op.status is None:
            if op.error in CUT and not self.allow_cut_connections:
                yield f"connection cut without an answer ({op.error})"
            return
        if op.status not in contract.error_statuses:
            yield f"status {op.status}, which is not documented"
        if not (op.content_type or "").startswith(contract.error_media_type):
            yield f"status {op.status} without {contract.error_media_type}"
        elif contract.error_media_type == PROBLEM and _malformed(op):
            yield f"status {op.status} with a body that is no problem object"
        if op.status in contract.retry_after_statuses and not _seconds(op.retry_after):
            yield f"status {op.status} without a usable Retry-After"
        leak = LEAKS.search(op.body)
        if leak:
            yield f"status {op.status} leaks internals ({leak.group()[:40]!r})"


def _malformed(op: Op) -> bool:
    """A problem object has at least a status that agrees, and a title or a type (RFC 9457, 3.1)."""
    try:
        problem = json.loads(op.body)
    except ValueError:
        return True
    if not isinstance(problem, dict):
        return True
    return problem.get("status", op.status) != op.status or not ({"title", "type"} & set(problem))


def _seconds(retry_after: str | None) -> bool:
    return retry_after is not None and retry_after.isdigit() and int(retry_after) <= 3600  # noqa: PLR2004 - an hour: more means "never" to a caller
