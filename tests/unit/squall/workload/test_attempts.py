"""What is noted of an answer: whether it is a copy, and digests of its texts."""

from __future__ import annotations

import json

import pytest
from squall.history.shape import describe_texts
from squall.workload.attempts import says_copy


@pytest.mark.parametrize(
    ("headers", "copy"),
    [
        ({"age": "3"}, True),
        ({"cache-status": "orders; hit; ttl=-3; detail=database-unavailable"}, True),
        ({"x-cache": "HIT from edge"}, True),
        ({"warning": '110 - "Response is Stale"'}, True),
        ({}, False),
        ({"age": "soon"}, False),
        ({"cache-status": "orders; fwd=miss"}, False),
        ({"warning": '199 - "Miscellaneous"'}, False),
    ],
)
def test_headers_say_that_an_answer_is_a_copy(headers: dict[str, str], *, copy: bool) -> None:
    assert says_copy(headers) is copy


def test_texts_are_told_apart_and_not_kept() -> None:
    one = describe_texts('{"name": "pen", "stock": 3, "note": "", "tags": ["x"]}')
    assert json.loads(one).keys() == {"name", "stock"}
    assert "pen" not in one
    assert one != describe_texts('{"name": "ink"}')
    assert json.loads(one)["name"] == json.loads(describe_texts('{"name": "pen"}'))["name"]
    assert json.loads(one)["stock"].startswith("#")
    assert [describe_texts(text) for text in ("[1]", "{", '"pen"')] == ["", "", ""]
