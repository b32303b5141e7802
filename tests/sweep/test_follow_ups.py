"""Operations that follow another one are fault points, too."""

from __future__ import annotations

from squall.sweeping.crowd import working_statement
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.sweeping.requests_of import RequestSource, follow_ups
from squall.workload.operations import Operation

ORDER = Operation(
    name="order",
    method="POST",
    path="/orders",
    effect="idempotent-write",
    body={"item": "{int:1..9}"},
    headers={"Idempotency-Key": "{key}", "Authorization": "Bearer x"},
    read_back="/orders/{answer.id}",
)
CANCEL = Operation(
    name="cancel", method="DELETE", path="{path}/{answer.id}", effect="write", after="order"
)
LOST = Operation(name="lost", method="GET", path="/x", effect="read", after="gone")


def test_declared_ones_and_the_read_of_a_row_are_there() -> None:
    found = list(follow_ups((ORDER, CANCEL, LOST)))
    assert [one.name for one in found] == ["cancel", "order-read-back"]
    read = found[1]
    assert (read.method, read.path, read.effect, read.after) == (
        "GET",
        "/orders/{answer.id}",
        "read",
        "order",
    )
    assert read.body is None
    assert read.headers == {"Authorization": "Bearer x"}


def test_callers_at_once_draw_values_of_their_own() -> None:
    source = RequestSource(4, "run")
    same = {source.next(ORDER).body["item"] for _ in range(9)}
    drawn = {source.next(ORDER, varied=True).body["item"] for _ in range(9)}
    assert len(same) == 1
    assert len(drawn) > 2


def _profile(*statements: str) -> StatementProfile:
    return StatementProfile(
        operation=ORDER,
        steps=tuple(ProfiledStatement(one, "I", one, has_rows=False) for one in statements),
        effect=None,
        answers=(),
        seconds=0.01,
    )


def test_the_working_statement_is_none_that_every_task_sends() -> None:
    insert = "INSERT INTO orders VALUES (?)"
    assert working_statement(_profile("BEGIN ISOLATION LEVEL READ COMMITTED", insert)) == insert
    assert working_statement(_profile("SELECT ?", "SET x = ?", "SELECT * FROM a")) == (
        "SELECT * FROM a"
    )
    assert working_statement(_profile("BEGIN", "COMMIT")) == ""
