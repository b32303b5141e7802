"""Estimate what would remain of a failed run if its cause were fixed: judge the run a second time.

An app without an error handler fails every outage for that one reason, which hides all others. So
its undocumented errors are replaced by the answer that the remedy requires, and the gates judge
again. For other causes, the gates that they explain are left out. Either way the result is an
estimate: only a run of the fixed app is proof.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from squall.core.events import ErrorsLogged, LogProblem
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.diagnosis.judged_run import Diagnosis
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.scenario.judge import judge_run
from squall.scenario.model import Scenario

SERVER_ERRORS = 500
WAITS = frozenset({
    "answered-in-time", "recovery-time", "availability", "response-time", "fails-fast",
    "connection-leaks", "health-probes",
})  # fmt: skip
CLOSING_SECONDS = 0.1
"""How long a request may already be under way when its connection is closed behind an error."""
RECOVERY = frozenset({"recovery-time", "availability", "response-time"})

EXPLAINED: dict[str, frozenset[str]] = {
    "acknowledged-before-commit": frozenset({"acknowledged-before-commit", "read-your-writes"}),
    "not-one-effect": frozenset({"one-effect", "no-duplicate", "conservation"}),
    "no-room-for-two": RECOVERY | {"second-copy-starts", "error-contract", "log-clean"},
    "killed-at-deploy": frozenset({"ends-when-told"}),
    "acknowledged-write-lost": frozenset({"no-acknowledged-write-lost", "read-your-writes"}),
    "duplicate-write": frozenset({"no-duplicate", "conservation"}),
    "refused-but-applied": frozenset({"refused-write-absent"}),
    "partial-transaction": frozenset({"conservation"}),
    "work-left": frozenset({"work-is-done"}),
    "starved-by-streams": WAITS | RECOVERY | {"error-contract", "log-clean"},
    "answer-unlike-calm": frozenset({"answer-unlike-calm"}),
    "process-ended": WAITS | {"app-survived", "error-contract", "log-clean"},
    "lost-listener": frozenset({"background-sessions-return", "work-is-done"}),
    "stands-still": WAITS | RECOVERY | {"background-sessions-return", "work-is-done"},
    "setting-left": frozenset({"session-leftovers", "answer-unlike-calm", "one-effect"}),
    "blocked-event-loop": WAITS | RECOVERY,
    "left-on-session": frozenset({"session-leftovers"}),
    "resources-not-returned": frozenset({"resources-return"}),
    "disclosed-secret": frozenset({"no-secret-disclosed"}),
    "one-session-for-all": WAITS | RECOVERY | {"connection-leaks"},
    "reads-wait-for-locks": WAITS | RECOVERY,
    "hold-and-wait": WAITS | RECOVERY,
    "leaked-connection": RECOVERY | {"connection-leaks", "capacity-returns"},
    "error-text": RECOVERY | {"error-contract", "log-clean"},
    "kept-for-good": RECOVERY | WAITS | {"capacity-returns"},
    "silence": WAITS,
    "not-recovered": RECOVERY,
    "retry-storm": frozenset({"retry-storm"}),
    "upstream-retry-storm": frozenset({"upstream-retry-storm"}),
    "slow-refusals": frozenset({"fails-fast", "response-time"}),
    "asks-row-by-row": RECOVERY,
    "broken-error-contract": frozenset({"error-contract"}),
    "wrong-probe": frozenset({"health-probes"}),
    "unhandled-error": frozenset({"log-clean"}),
    "below-target": RECOVERY,
}
"""For each cause, the gates whose failure it explains."""


def remaining(
    scenario: Scenario, evidence: Evidence, findings: Sequence[Finding], cause: Diagnosis
) -> Diagnosis | None:
    """Why the run would still fail if this cause were fixed; None if it would pass."""
    if cause.code not in EXPLAINED:  # such as a custom gate
        return None
    if cause.remedy is remedies.ANSWER_503:
        evidence = with_handled_errors(evidence)
        left = [one for one in judge_run(scenario, evidence) if one.verdict is Verdict.FAIL]
    else:
        explained = EXPLAINED[cause.code]
        left = [
            one for one in findings if one.verdict is Verdict.FAIL and one.gate not in explained
        ]
    return diagnose(evidence, left) if left else None


def with_handled_errors(evidence: Evidence) -> Evidence:
    """The run with each undocumented error replaced by a declared answer with status 503.

    So is what an error took with it: its server closes the connection after it, and the request
    that follows on it has no answer.
    """
    contract = evidence.contract
    known = contract.error_statuses
    status = 503 if 503 in known else max(known, default=503)  # noqa: PLR2004 - Service Unavailable
    answer: dict[str, Any] = {
        "error": None, "status": status, "retry_after": "1",
        "body": json.dumps(
            {"type": "about:blank", "title": "Service unavailable", "status": status}
        ),
        "content_type": contract.error_media_type or "application/json",
    }  # fmt: skip
    bad = [
        op for op in evidence.ops if (op.status or 0) >= SERVER_ERRORS and op.status not in known
    ]
    mended = {op.id for op in (*bad, *_closed_behind(bad, evidence.ops))}
    return replace(
        evidence,
        ops=tuple(replace(op, **answer) if op.id in mended else op for op in evidence.ops),
        events=[one for one in evidence.events if not isinstance(one, LogProblem | ErrorsLogged)],
    )


def _closed_behind(bad: Iterable[Op], ops: Iterable[Op]) -> Iterator[Op]:
    """Requests without an answer that were under way when one of these errors had ended."""
    ends = sorted(op.done for op in bad)
    for op in ops:
        first = bisect_left(ends, op.sent - CLOSING_SECONDS)
        if op.is_cut and first < len(ends) and ends[first] <= op.done:
            yield op
