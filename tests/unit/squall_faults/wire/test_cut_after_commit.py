"""``wire.cut_after_commit``: the reply that is tagged COMMIT, cut off; once if not told. So is the
reply to a write outside of a transaction.
"""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import CutAfterCommit, within
from squall_faults.proxy.rules.rule import Rule
from squall_faults.wire.cut_after_commit import WRITES


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (CutAfterCommit(), {"on": "reply", "tag": "^COMMIT", "do": "cut", "times": 1}),
        (CutAfterCommit(times=10), {"on": "reply", "tag": "^COMMIT", "do": "cut", "times": 10}),
        (CutAfterCommit(times=0), {"on": "reply", "tag": "^COMMIT", "do": "cut"}),
    ],
    ids=["once", "ten times", "every time"],
)
async def test_the_rule_and_the_bite(
    stub: Any, fault: CutAfterCommit, rule: dict[str, Any]
) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    alone = {**rule, "statement": WRITES, "transaction": "I"}
    del alone["tag"]
    assert port.calls == [
        (0, "arm", rule), (0, "arm", alone), (0, "bites", "rule-7"), (0, "bites", "rule-7"),
        (0, "disarm", "rule-7"), (0, "disarm", "rule-7"),
    ]  # fmt: skip
    assert (bite.count, bite.what) == (8, "answers to COMMIT lost")


@pytest.mark.parametrize(
    ("sql", "is_one"),
    [
        ("INSERT INTO a VALUES (1) RETURNING id", True),
        ("  update a set b = 1", True),
        ("WITH x AS (\n SELECT 1)\nDELETE FROM a", True),
        ("SELECT * FROM updates", False),
        ("WITH x AS (SELECT 1) SELECT * FROM x", False),
        ("COMMIT", False),
    ],
)
def test_a_write_is_known_by_its_text(sql: str, is_one: bool) -> None:
    rule = Rule(id="x", on="reply", do="cut", statement=WRITES, transaction="I")
    assert rule.matches(sql, "I") is is_one
    assert not rule.matches(sql, "T")
