"""``log-clean``: lines of the app's log that tell of what nobody handled, the commonest first."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import LogProblem
from squall.gates.log_clean import LogClean

NAME = "log-clean"


def lines(*said: str) -> list[LogProblem]:
    return [LogProblem(at=3.0 + n, line=line) for n, line in enumerate(said)]


def test_a_silent_log_passes(evidence: Any, told: Any) -> None:
    expected = told.passed(NAME, "0 unhandled problems in the log", problems=0)
    assert LogClean().judge(evidence([])) == expected


def test_the_commonest_lines_are_told_first(evidence: Any, make: Any, told: Any) -> None:
    said = lines("never retrieved", "ASGI", "ASGI", "Unclosed", "pending", "ASGI")
    assert LogClean().judge(evidence([], [*make.outage(), *said])) == told.failed(
        NAME,
        "unhandled, by the app's log: 3 x 'ASGI', 1 x 'never retrieved', 1 x 'Unclosed' and 1 more",
        code="unhandled-exception",
        problems=6,
    )


@pytest.mark.parametrize(("allowed", "verdict"), [(1, "fail"), (2, "pass")])
def test_so_many_may_be_allowed(evidence: Any, allowed: int, verdict: str) -> None:
    finding = LogClean(allowed=allowed).judge(evidence([], lines("ASGI", "ASGI")))
    assert (finding.verdict, finding.figures) == (verdict, {"problems": 2})
