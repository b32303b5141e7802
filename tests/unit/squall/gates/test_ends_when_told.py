"""``ends-when-told``: SIGTERM ends the app in time, and in order."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import AppTerminated
from squall.gates.ends_when_told import EndsWhenTold, had_to_be_killed, note_earlier_kill


@pytest.mark.parametrize(
    ("exit_code", "verdict", "code"),
    [
        (0, "pass", "holds"),
        (-15, "pass", "holds"),
        (143, "pass", "holds"),
        (-2, "pass", "holds"),
        (1, "fail", "ended-with-an-error"),
        (3, "fail", "ended-with-an-error"),
        (-11, "fail", "ended-with-an-error"),
        (-9, "fail", "ends-when-told"),
        (137, "fail", "ends-when-told"),
    ],
)
def test_the_exit_code_tells_how_it_ended(
    evidence: Any, exit_code: int, verdict: str, code: str
) -> None:
    ended = AppTerminated(at=1.5, exit_code=exit_code, seconds=0.4)
    found = EndsWhenTold().judge(evidence([], [ended]))
    assert (found.verdict, found.code) == (verdict, code)


def test_who_was_not_told_to_end_is_not_judged(evidence: Any) -> None:
    assert EndsWhenTold().judge(evidence([])).verdict == "not-judged"


def findings_of(evidence: Any, exit_code: int) -> Any:
    ended = AppTerminated(at=1.5, exit_code=exit_code, seconds=5.0)
    return (EndsWhenTold().judge(evidence([], [ended])),)


def test_who_ended_with_an_error_did_end(evidence: Any) -> None:
    assert had_to_be_killed(findings_of(evidence, -9))
    assert not had_to_be_killed(findings_of(evidence, 1))
    assert not had_to_be_killed(findings_of(evidence, 0))


def test_what_it_did_after_other_outages_is_told_where_it_ended(evidence: Any) -> None:
    killed, ended = findings_of(evidence, -9), findings_of(evidence, 0)
    (noted,) = note_earlier_kill(ended, killed)
    assert (noted.verdict, noted.noted) == ("pass", True)
    assert "after other outages" in noted.reason
    assert "did not end 5.0 s after SIGTERM" in noted.reason
    assert note_earlier_kill(killed, killed) == killed
