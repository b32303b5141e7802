"""A write that saves the whole row undoes what another one changed meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowChanged
from squall.gates.no_acknowledged_write_lost import UPDATE_UNDONE, NoAcknowledgedWriteLost
from squall.history.op import FIRST_NEIGHBOUR, Outcome
from squall.history.shape import describe_texts, digest_of

ROW = {"email": "old", "phone": "0"}


class Story:
    """Contacts, each changed by one request after the other, or by two at once."""

    def __init__(self, make: Any) -> None:
        self.make = make
        self.ops: list[Any] = []
        self.rows: list[RowChanged] = []
        self.images: dict[int, dict[str, str]] = {}

    def sent(self, item: int, at: float, number: int = -1, **fields: str) -> Any:
        (name,) = fields or ("nothing",)
        made = replace(
            self.make.write(number if number >= 0 else len(self.ops)),
            name=f"set-{name}", request=f"PUT /contacts/{item}/{name}", sent=at, done=at + 0.1,
            wanted=describe_texts(json.dumps(fields)),
        )  # fmt: skip
        self.ops.append(made)
        return made

    def stored(self, item: int, at: float, **columns: str) -> None:
        image = self.images.setdefault(item, dict(ROW)) | columns
        self.images[item] = image
        values = {name: digest_of(value) for name, value in {"id": str(item), **image}.items()}
        self.rows.append(RowChanged(
            at=at, table="contact", ids={"id": str(item)}, values=values, row=f"row {item}",
        ))  # fmt: skip

    def calm(self) -> Story:
        """Both operations, three times on each of two rows, each alone."""
        for item in (1, 2):
            for turn in range(3):
                for place, name in enumerate(ROW):
                    at = item * 10 + turn * 3 + place * 1.5
                    self.sent(item, at, -1, **{name: f"{name} {turn}"})
                    self.stored(item, at + 0.05, **{name: f"{name} {turn}"})
        return self

    def at_once(self, item: int, at: float, **back: str) -> Story:
        """A new address, while a new number is saved, with these columns."""
        new, phone = f"new {at}", f"0{at}"
        self.sent(item, at, phone=phone)
        self.sent(item, at + 0.01, FIRST_NEIGHBOUR + len(self.ops), email=new)
        self.stored(item, at + 0.05, email=new)
        self.stored(item, at + 0.06, phone=phone, **back)
        return self


@pytest.fixture
def story(make: Any) -> Story:
    return Story(make).calm()


def judged(story: Story, evidence: Any, make: Any) -> Any:
    happened = [*make.outage(), *story.rows, CommitsRead(at=90.0, transactions=9)]
    return NoAcknowledgedWriteLost().judge(evidence(story.ops, happened))


def test_what_goes_back_was_undone(story: Story, evidence: Any, make: Any) -> None:
    found = judged(story.at_once(1, 40, email="email 2").at_once(2, 50, email="email 2"),
                   evidence, make)  # fmt: skip
    assert (found.verdict, found.code) == ("fail", UPDATE_UNDONE)
    assert found.reason == "2 acknowledged changes of contact.email were undone by set-phone"
    assert FIRST_NEIGHBOUR + 13 in found.ops


def test_a_write_that_saves_its_own_column_undoes_nothing(
    story: Story, evidence: Any, make: Any
) -> None:
    story.at_once(1, 40).at_once(2, 50)
    assert judged(story, evidence, make).code != UPDATE_UNDONE


def test_one_may_have_a_reason_that_nobody_knows(story: Story, evidence: Any, make: Any) -> None:
    assert judged(story.at_once(1, 40, email="email 2"), evidence, make).code != UPDATE_UNDONE


def test_a_value_that_the_row_never_had_was_not_read_before(
    story: Story, evidence: Any, make: Any
) -> None:
    story.at_once(1, 40, email="other").at_once(2, 50, email="other")
    assert judged(story, evidence, make).code != UPDATE_UNDONE


def test_an_operation_that_concerns_the_column_may_set_it(make: Any, evidence: Any) -> None:
    story = Story(make).calm()
    for item in (1, 2):  # a new number makes the address uncertain, without another write, too
        story.sent(item, 35, phone="x")
        story.stored(item, 35.05, phone="x", email="email 1")
    story.at_once(1, 40, email="email 1").at_once(2, 50, email="email 1")
    assert judged(story, evidence, make).code != UPDATE_UNDONE


def test_others_who_may_have_set_it_explain_it(story: Story, evidence: Any, make: Any) -> None:
    story.at_once(1, 40, email="email 2").at_once(2, 50, email="email 2")
    story.sent(1, 40.02, email="email 2")
    assert judged(story, evidence, make).code != UPDATE_UNDONE


def test_what_was_read_before_its_request_is_another_matter(
    story: Story, evidence: Any, make: Any
) -> None:
    """Nothing was changed while it ran: a cache, perhaps, and not this mistake."""
    for item in (1, 2):
        story.stored(item, 30, email="new")
        story.sent(item, 40, phone="x")
        story.stored(item, 40.05, phone="x", email="email 2")
    assert judged(story, evidence, make).code != UPDATE_UNDONE


def test_what_was_not_acknowledged_may_be_undone(story: Story, evidence: Any, make: Any) -> None:
    story.at_once(1, 40, email="email 2").at_once(2, 50, email="email 2")
    story.ops = [replace(op, outcome=Outcome.UNKNOWN) if op.id >= FIRST_NEIGHBOUR else op
                 for op in story.ops]  # fmt: skip
    assert judged(story, evidence, make).code != UPDATE_UNDONE


def test_rows_without_a_key_are_not_told_apart(story: Story, evidence: Any, make: Any) -> None:
    story.at_once(1, 40, email="email 2").at_once(2, 50, email="email 2")
    story.rows = [replace(row, row="") for row in story.rows]
    assert judged(story, evidence, make).code != UPDATE_UNDONE
