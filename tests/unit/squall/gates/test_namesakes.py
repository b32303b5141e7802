"""Two columns that had the same values by chance are not taken for each other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowChanged, UpdateShown
from squall.gates.namesakes import is_namesake, without_chance
from squall.gates.read_your_writes import NEVER_STORED, STALE, ReadYourWrites
from squall.gates.row_log import Place, RowLog
from squall.history.shape import describe_texts, digest_of

READ = CommitsRead(at=9.0, transactions=10)
SHOWN = [UpdateShown(at=0.0, write="rename", read="read-item", fresh=True)] * 3


def update(make: Any, number: int, note: int, **sent: str) -> Any:
    return replace(
        make.write(number),
        name="rename",
        status=200,
        request=f"PUT /notes/{note}",
        wanted=describe_texts(json.dumps(sent)),
    )


def commit(at: float, note: int, title: str, text: str) -> RowChanged:
    values = {"id": digest_of(str(note)), "title": digest_of(title), "text": digest_of(text)}
    return RowChanged(at=at, table="notes", ids={"id": str(note)}, values=values)


def look(make: Any, number: int, note: int, title: str, text: str) -> Any:
    texts = describe_texts(json.dumps({"id": note, "title": title, "text": text}))
    return make.op(number, request=f"GET /notes/{note}", texts=texts)


@pytest.mark.parametrize(("behind", "stale"), [(False, False), (True, True)])
def test_a_read_is_compared_with_the_column_of_its_name(
    evidence: Any, make: Any, behind: bool, stale: bool
) -> None:
    """Ten updates set both columns alike; two later ones set the title alone."""
    ops = [update(make, n, n, title=f"k{n}", text=f"k{n}") for n in range(10)]
    rows = [commit(op.done - 0.001, n, f"k{n}", f"k{n}") for n, op in enumerate(ops)]
    later = [update(make, 230 + n, n, title=f"new{n}") for n in (5, 6)]
    rows += [commit(op.done, n, f"new{n}", f"k{n}") for n, op in zip((5, 6), later, strict=True)]
    reads = [
        look(make, 300 + n, n, f"k{n}" if behind and n < 7 else f"new{n}", f"k{n}") for n in (5, 6)
    ]
    reads += [look(make, 310 + n, n, f"k{n}", f"k{n}") for n in range(4)]
    happened = [*make.outage(), *rows, *SHOWN, READ]
    found = ReadYourWrites().judge(evidence([*ops, *later, *reads], happened))
    assert (found.code == STALE) is stale


@pytest.mark.parametrize("title", ["other", "never"])
def test_a_field_that_was_like_another_column_is_not_taken_for_it(
    evidence: Any, make: Any, title: str
) -> None:
    """Twenty rows in which both columns are alike; later two in which they are not."""
    ops = [look(make, 20 + n, n, f"old{n}", f"old{n}") for n in range(20)]
    rows = [commit(0.42 + n / 1000, n, f"k{n}", f"k{n}") for n in range(20)]
    ops += [look(make, 70 + n, n, f"k{n}", f"k{n}") for n in range(10)]
    after = [make.write(230), *(look(make, 300 + n, n, title, f"k{n}") for n in (3, 5))]
    rows += [commit(2.2, n, "other", f"k{n}") for n in (3, 5)]
    found = ReadYourWrites().judge(evidence([*ops, *after], [*make.outage(), *rows, READ]))
    assert (found.code == NEVER_STORED) is (title == "never")


def test_a_column_that_several_fields_fit_belongs_to_the_one_of_its_name_or_to_none() -> None:
    def place(field: str, column: str) -> Place:
        return Place(field, "notes", "id", column)

    own = {place("firstName", "first_name"), place("lastName", "last_name")}
    crossed = {place("firstName", "last_name"), place("lastName", "first_name")}
    assert without_chance(own | crossed) == own
    assert without_chance({place("a", "x"), place("b", "x")}) == set()
    assert without_chance({place("a", "x")}) == {place("a", "x")}


@pytest.mark.parametrize(("values", "columns"), [(1, {"title"}), (3, {"title", "slug"})])
def test_a_field_that_several_columns_fit_is_in_the_one_of_its_name_until_it_varies(
    values: int, columns: set[str]
) -> None:
    def place(field: str, column: str) -> Place:
        return Place(field, "notes", "id", column)

    sent = [{"title": f"k{n % values}"} for n in range(6)]
    found = without_chance({place("title", "title"), place("title", "slug")}, sent)
    assert {one.column for one in found} == columns


def test_a_small_number_is_not_taken_for_another_column() -> None:
    """``PATCH /content/1/7 {"order": 1}``: the post has the number 1, too."""
    own = Place("order", "post_content", "id", "order")
    by_chance = Place("order", "post_content", "id", "post_id")
    elsewhere = Place("order", "posts", "id", "author_id")
    sent = [{"order": "#1"}] * 5
    assert without_chance({own, by_chance, elsewhere}, sent) == {own}
    assert without_chance({by_chance, elsewhere}, sent) == set()


def test_names_are_compared_without_their_form() -> None:
    assert is_namesake("note.createdAt", "created_at")
    assert not is_namesake("title", "text")


def test_a_path_that_fits_two_rows_tells_of_neither(make: Any) -> None:
    place = Place("text", "lines", "id", "text")
    rows = [
        RowChanged(at=at, table="lines", ids={"id": row}, values={"text": digest_of(row)})
        for at, row in ((1.0, "11"), (2.0, "2"))
    ]
    log = RowLog(rows)
    assert log.of(make.op(1, request="GET /notes/11/lines/2"), place) == []
    assert log.of(make.op(2, request="GET /notes/7/lines/2"), place) == rows[1:]


def test_an_answer_that_tells_another_key_is_not_of_this_row(make: Any) -> None:
    """The app of ``/notes/11/lines/2`` looks for line 2 alone, and only line 11 was changed."""
    place = Place("text", "lines", "id", "text")
    row = RowChanged(at=1.0, table="lines", ids={"id": "11"}, values={"text": digest_of("new")})
    log = RowLog([row])

    def changes_of(body: dict[str, object]) -> list[RowChanged]:
        texts = describe_texts(json.dumps(body))
        return log.of(make.op(1, request="GET /notes/11/lines/2", texts=texts), place)

    assert changes_of({"id": 2, "text": "old"}) == []
    assert changes_of({"id": 11, "text": "old"}) == [row]
    assert changes_of({"text": "old"}) == [row]
