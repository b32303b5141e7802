"""``wire.cut_after_commit``: the reply that is tagged COMMIT, cut off; once if not told. So is the
reply to a write outside of a transaction.
"""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import CutAfterCommit, within


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
    alone = {**rule, "tag": r"^(INSERT|UPDATE|DELETE|MERGE)\b", "transaction": "I"}
    assert port.calls == [
        (0, "arm", rule), (0, "arm", alone), (0, "bites", "rule-7"), (0, "bites", "rule-7"),
        (0, "disarm", "rule-7"), (0, "disarm", "rule-7"),
    ]  # fmt: skip
    assert (bite.count, bite.what) == (8, "answers to COMMIT lost")
