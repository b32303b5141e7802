"""Which read is sent without the credentials that it needs."""

from __future__ import annotations

from typing import Any

import pytest
from squall.lab.without_credentials import read_without_credentials
from squall.workload.operations import Operation

TOKEN = {"Authorization": "Bearer t"}


def operation(**changes: Any) -> Operation:
    fields: dict[str, Any] = {"name": "a", "method": "GET", "path": "/a", "effect": "read"}
    return Operation(**{**fields, **changes})


@pytest.mark.parametrize(
    ("operations", "path"),
    [
        ([operation()], None),
        ([operation(headers={"Accept": "text/html"})], None),
        ([operation(), operation(path="/b", headers=TOKEN)], "/b"),
        ([operation(path="/b/{int:7..7}", headers={"cookie": "s=1"})], "/b/7"),
        ([operation(method="POST", effect="write", headers=TOKEN)], None),
        ([operation(streams=True, headers=TOKEN)], None),
    ],
)
def test_a_read_with_credentials_is_chosen(operations: list[Operation], path: str | None) -> None:
    assert read_without_credentials(operations, 5) == path
