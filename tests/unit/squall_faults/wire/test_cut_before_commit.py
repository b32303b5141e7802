"""``wire.cut_before_commit``: the statement that ends a transaction well, cut off."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import CutBeforeCommit, within
from squall_faults.proxy.rules.rule import Rule

COMMIT = r"^\s*(commit|end)\b"


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (CutBeforeCommit(), {"on": "statement", "statement": COMMIT, "do": "cut", "times": 1}),
        (
            CutBeforeCommit(times=3),
            {"on": "statement", "statement": COMMIT, "do": "cut", "times": 3},
        ),
        (CutBeforeCommit(times=0), {"on": "statement", "statement": COMMIT, "do": "cut"}),
        (
            CutBeforeCommit(times=0, share=0.2),
            {"on": "statement", "statement": COMMIT, "do": "cut", "share": 0.2},
        ),
    ],
    ids=["once", "three times", "every time", "a share"],
)
async def test_the_rule_and_the_bite(
    stub: Any, fault: CutBeforeCommit, rule: dict[str, Any]
) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    assert port.calls == [(0, "arm", rule), (0, "bites", "rule-7"), (0, "disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "commits cut off before")


@pytest.mark.parametrize(
    ("statement", "meant"),
    [
        ("COMMIT", True),
        ("  commit;", True),
        ("END", True),
        ("END TRANSACTION", True),
        ("COMMIT AND CHAIN", True),
        ("ROLLBACK", False),
        ("SELECT 'commit'", False),
        ("endpoint", False),
    ],
)
async def test_the_statements_that_are_meant(stub: Any, statement: str, meant: bool) -> None:
    port = stub()
    async with within(CutBeforeCommit(), port):
        rule = Rule.from_dict({"id": "r", **port.calls[0][2]})
    assert rule.matches(statement, "T") is meant
