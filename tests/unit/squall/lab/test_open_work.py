"""A worker that is still at it is waited for; what few rows have is not."""

from __future__ import annotations

import pytest
from squall.core.events import FamilyCommitted, RowFollowed
from squall.lab.open_work import has_open_work


def family(*, has: bool, answered: str = "7") -> FamilyCommitted:
    commits = {"result.upload_id": [1.0]} if has else {}
    return FamilyCommitted(at=1.0, parent="upload.id", answered=answered, commits=commits, alike={})


@pytest.mark.parametrize(
    ("done", "left", "waits"),
    [(9, 1, True), (10, 0, False), (6, 4, False), (3, 1, False), (0, 10, False)],
)
def test_only_what_nearly_all_have_is_waited_for(done: int, left: int, *, waits: bool) -> None:
    rows = [*[family(has=True)] * done, *[family(has=False)] * left]
    assert has_open_work(rows) is waits


def test_rows_that_no_answer_names_are_not_waited_for() -> None:
    rows = [*[family(has=True)] * 9, family(has=False, answered="")]
    assert not has_open_work(rows)


def test_changes_of_rows_are_waited_for_apart_from_rows_of_others() -> None:
    changed, open_one = (
        RowFollowed(at=1.0, parent="upload.id", answered="7", commits=commits)
        for commits in ({"upload.state": [1.2]}, {})
    )
    assert has_open_work([*[changed] * 9, open_one])
    assert not has_open_work([*[changed] * 9, family(has=False)])
