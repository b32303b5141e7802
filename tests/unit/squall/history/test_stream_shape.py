"""Server-sent events that ended by themselves: how many, and with which last one."""

from __future__ import annotations

import json

import pytest
from squall.history.stream_shape import describe_stream

FEED = "data: a\n\ndata: b\n\nevent: done\ndata: {}\n\n"


def count(text: str) -> list[int]:
    return [kind for kind in json.loads(describe_stream(text)).values() if isinstance(kind, int)]


def test_events_are_counted_and_comments_are_not() -> None:
    assert count(FEED) == [3]
    assert count(": ping\n\nretry: 100\n\n" + FEED) == [3]
    assert count(FEED.replace("\n", "\r\n")) == [3]


def test_two_streams_are_compared_only_if_they_end_alike() -> None:
    whole, part = json.loads(describe_stream(FEED)), json.loads(describe_stream(FEED[9:]))
    assert set(whole) == set(part)
    cut = json.loads(describe_stream("data: a\n\ndata: b\n\n"))
    assert set(whole) != set(cut), "who sees no last event connects again"


def test_the_id_of_the_last_event_may_differ() -> None:
    one, other = (
        json.loads(describe_stream(FEED.replace("event", f"id: {n}\nevent"))) for n in "12"
    )
    assert one == other


@pytest.mark.parametrize("told", ["event: error\ndata: x\n\n", 'data: {"error": "away"}\n\n'])
def test_a_stream_that_tells_of_an_error_has_no_shape(told: str) -> None:
    assert describe_stream(told + FEED) == ""


def test_nothing_is_known_of_a_stream_without_events() -> None:
    assert describe_stream(": ping\n\n") == ""
