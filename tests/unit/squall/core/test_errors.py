"""Errors: one base to catch, each with the exit code of the documentation."""

from __future__ import annotations

import pytest
from squall.core.errors import ExitCode, LabError, NothingRan, SquallError, UsageError


@pytest.mark.parametrize(
    ("error", "code"), [(SquallError, 3), (UsageError, 4), (LabError, 3), (NothingRan, 5)]
)
def test_an_error_ends_a_command_with_its_code(error: type[SquallError], code: int) -> None:
    with pytest.raises(SquallError) as caught:
        raise error("words")
    assert caught.value.exit_code == code


def test_the_codes_are_those_of_the_documentation() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "PASS": 0, "FAIL": 1, "INCONCLUSIVE": 2, "HARNESS": 3, "USAGE": 4, "NOTHING_RAN": 5,
        "STOPPED": 6, "INTERRUPTED": 130,
    }  # fmt: skip
