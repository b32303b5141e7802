"""``$NAME`` in environment, operations and parameters: a value that stands in no file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall.config.profile import REFERENCE
from squall.core import secrets
from squall.core.errors import UsageError
from squall.lab.variables import with_variables
from squall.workload.operations import Operation


def test_variables_are_put_in_and_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "canary-77-Zk")
    operation = Operation(
        name="x", method="POST", path="/x", effect="write",
        headers={"X-Key": "Key $CANARY"}, body={"deep": ["$CANARY", 7, "$NOT_SET_HERE costs"]},
    )  # fmt: skip
    profile = replace(
        REFERENCE, environment={"A": "$CANARY", "B": "x:$A@$CANARY", "C": "5$"},
        parameters={"id": "$CANARY"}, operations=(operation,),
    )  # fmt: skip
    made = with_variables(profile)
    assert dict(made.environment) == {"A": "canary-77-Zk", "B": "x:$A@canary-77-Zk", "C": "5$"}
    assert dict(made.parameters) == {"id": "canary-77-Zk"}
    assert dict(made.operations[0].headers) == {"X-Key": "Key canary-77-Zk"}
    assert made.operations[0].body == {"deep": ["canary-77-Zk", 7, "$NOT_SET_HERE costs"]}
    assert secrets.redact("got canary-77-Zk") == "got [secret]"


def test_a_variable_that_is_not_set_is_named_with_its_place() -> None:
    profile = replace(REFERENCE, environment={"KEY": "$SURELY_NOT_SET"})
    with pytest.raises(UsageError, match="environment: KEY: the variable SURELY_NOT_SET is not"):
        with_variables(profile)


def test_the_reference_needs_no_variable() -> None:
    assert with_variables(REFERENCE) == REFERENCE
