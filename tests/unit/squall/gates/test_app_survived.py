"""``app-survived``: an exit that nobody asked for is a failure."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import AppExited
from squall.gates.app_survived import AppSurvived


def test_a_process_that_lives_passes(evidence: Any, told: Any) -> None:
    expected = told.passed("app-survived", "the app's process lives")
    assert AppSurvived().judge(evidence([])) == expected


@pytest.mark.parametrize(("starts", "often"), [(1, "when"), (3, "each of the 3 times")])
def test_an_app_that_cannot_start_fails(
    evidence: Any, make: Any, told: Any, starts: int, often: str
) -> None:
    ends = [AppExited(at=1.5 + n / 10, exit_code=3, starting=True) for n in range(starts)]
    words = f"the app's process ended with exit code 3 {often} it was restarted"
    found = AppSurvived().judge(evidence([], [*make.outage(), *ends]))
    assert found == told.failed("app-survived", words, code="process-exited-at-start", exit_code=3)


@pytest.mark.parametrize("code", [0, 3, -9])
def test_any_end_of_the_process_fails(evidence: Any, make: Any, told: Any, code: int) -> None:
    run = evidence([], [*make.outage(), AppExited(at=1.5, exit_code=code)])
    reason = f"the app's process ended with exit code {code}"
    expected = told.failed("app-survived", reason, code="process-exited", exit_code=code)
    assert AppSurvived().judge(run) == expected


@pytest.mark.parametrize(("starting", "verdict"), [(True, "pass"), (False, "fail")])
def test_an_app_may_need_its_database_to_start_and_no_more(
    evidence: Any, make: Any, *, starting: bool, verdict: str
) -> None:
    ends = [AppExited(at=1.5, exit_code=3, starting=True, allowed=True)]
    ends += [AppExited(at=1.8, exit_code=3, starting=starting, allowed=starting)]
    found = AppSurvived().judge(evidence([], [*make.outage(), *ends]))
    assert (found.verdict, found.noted) == (verdict, starting)
