"""A deletion follows some of the successes that it deletes, and is never sent by itself."""

from __future__ import annotations

import itertools

import pytest
from squall.history.op import FIRST_FOLLOW_UP
from squall.workload.operations import Operation, PlannedRequest, requests
from squall.workload.read_back import entry_with, fill_follow_up, follower_of

MAKE = Operation(name="make", method="POST", path="/notes/?x=1", effect="write")
DELETE = Operation(
    name="delete", method="DELETE", path="{path}/{answer.note.id}", effect="write", after="make"
)


def made(number: int) -> PlannedRequest:
    return next(requests([MAKE, DELETE], 1, "run", first=number))


def test_it_is_not_drawn() -> None:
    drawn = itertools.islice(requests([DELETE, MAKE], 3, "run"), 50)
    assert {one.operation.name for one in drawn} == {"make"}


def test_it_takes_its_path_from_the_request_and_the_answer() -> None:
    following = fill_follow_up(made(7), '{"note": {"id": "a/b"}}', DELETE)
    assert following is not None
    assert (following.path, following.id) == ("/notes/a%2Fb", FIRST_FOLLOW_UP + 7)
    assert fill_follow_up(made(7), '{"note": 7}', DELETE) is None


def test_about_half_of_the_successes_are_followed_and_the_same_for_one_seed() -> None:
    def followed(seed: int) -> list[bool]:
        return [follower_of(made(n), seed, [MAKE, DELETE]) is not None for n in range(200)]

    assert 70 < sum(followed(1)) < 130
    assert followed(1) == followed(1) != followed(2)


ENTRIES = '[{"id": 1, "title": "of run-6"}, {"id": 2, "title": "of run-7"}]'


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        (ENTRIES, "run-7", '{"id": 2, "title": "of run-7"}'),
        (f'{{"data": {{"items": {ENTRIES}}}}}', "run-6", '{"id": 1, "title": "of run-6"}'),
        (ENTRIES, "run-8", ""),
        (ENTRIES.replace("run-6", "run-71"), "run-7", '{"id": 2, "title": "of run-7"}'),
        (ENTRIES, None, ""),
        (ENTRIES[:-1], "run-7", ""),
        ('["run-7"]', "run-7", ""),
    ],
    ids=["list", "page", "another", "begins-with-it", "no-key", "cut", "no-entry"],
)
def test_what_was_made_is_the_entry_with_the_key(text: str, key: str | None, found: str) -> None:
    assert entry_with(text, key) == found


def test_a_unique_number_differs_for_each_request_and_each_run_of_one_seed() -> None:
    made_of = Operation(name="m", method="POST", path="/", effect="write", body={"n": "a{unique}"})
    drawn = [
        request.body["n"]
        for run in ("one", "two")
        for request in itertools.islice(requests([made_of], 1, run), 500)
    ]
    assert len(set(drawn)) == 1000
    assert {len(one) for one in drawn} == {10}
    again = next(requests([made_of], 1, "one")).body["n"]
    assert again == drawn[0]
