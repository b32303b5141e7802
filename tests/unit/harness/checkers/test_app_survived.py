"""``app-survived``: an exit that nobody asked for is a failure."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checkers.app_survived import AppSurvived
from harness.core.events import AppExited


def test_a_process_that_lives_passes(evidence: Any, told: Any) -> None:
    expected = told.passed("app-survived", "the app's process lives")
    assert AppSurvived().judge(evidence([])) == expected


@pytest.mark.parametrize("code", [0, 3, -9])
def test_any_end_of_the_process_fails(evidence: Any, make: Any, told: Any, code: int) -> None:
    run = evidence([], [*make.outage(), AppExited(at=1.5, exit_code=code)])
    expected = told.failed("app-survived", f"the app's process ended with exit code {code}")
    assert AppSurvived().judge(run) == expected
