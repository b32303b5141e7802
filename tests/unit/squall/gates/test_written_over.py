"""Numbers beside rows of which one change of two is lost."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import CommitsRead, NumberKept
from squall.gates.one_effect import COUNTED_LESS, OneEffect

READ = CommitsRead(at=9.0, transactions=6)


def judged(evidence: Any, make: Any, before: list[bool], since: list[bool]) -> Any:
    start = make.outage()[0].at if make.outage() else 1.0
    first = min(event.at for event in make.outage() if hasattr(event, "fault"))
    commits = [first - 0.1] * len(before) + [first + 0.1 * n for n in range(1, len(since) + 1)]
    kept = NumberKept(at=start, column="rooms.taken", made="bookings", commits=commits,
                      stale=[*before, *since])  # fmt: skip
    return OneEffect().judge(evidence([make.write(1)], [*make.outage(), kept, READ]))


@pytest.mark.parametrize("before", [[False, False], [False, True, False, False]])
def test_changes_that_are_lost_are_counted(evidence: Any, make: Any, before: list[bool]) -> None:
    finding = judged(evidence, make, before, [True, False, True])
    assert (finding.verdict, finding.code) == ("fail", COUNTED_LESS)
    assert "2 new rows of bookings are not counted in rooms.taken" in finding.reason


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ([False], [False] * 2),
        ([False], [True, False]),
        ([True, False], [True] * 2),
        ([], [True] * 2),
    ],
    ids=["each is counted", "one may be chance", "often without the fault", "unknown without it"],
)
def test_what_is_not(evidence: Any, make: Any, before: list[bool], since: list[bool]) -> None:
    assert judged(evidence, make, before, since).code != COUNTED_LESS
