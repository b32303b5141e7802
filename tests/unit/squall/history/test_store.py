"""Histories and events on disk: the way there and back, and old or broken files told in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from squall.core import events
from squall.core.errors import UsageError
from squall.history.op import Op, Outcome
from squall.history.store import read_events, read_ops, write_events, write_ops

ANY_TEXT = st.text(max_size=20)
NUMBER = st.integers(0, 2**31)
SECONDS = st.floats(allow_nan=False, allow_infinity=False)
MAYBE_TEXT = st.none() | ANY_TEXT

OPS = st.builds(
    Op,
    id=NUMBER, name=ANY_TEXT, effect=st.sampled_from(["read", "write", "idempotent-write"]),
    key=MAYBE_TEXT, intended=SECONDS, sent=SECONDS, done=SECONDS,
    outcome=st.sampled_from(Outcome), status=st.none() | st.integers(100, 599), error=MAYBE_TEXT,
    content_type=MAYBE_TEXT, retry_after=MAYBE_TEXT, body=ANY_TEXT,
)  # fmt: skip

EVENTS: st.SearchStrategy[events.Event] = st.one_of(
    st.builds(events.RunStarted, at=SECONDS, scenario=ANY_TEXT, seed=NUMBER, engine=ANY_TEXT),
    st.builds(events.SteadyStateChecked, at=SECONDS, holds=st.booleans(), reason=ANY_TEXT),
    st.builds(events.FaultInjected, at=SECONDS, step=NUMBER, fault=ANY_TEXT, label=ANY_TEXT),
    st.builds(
        events.FaultHealed, at=SECONDS, step=NUMBER, fault=ANY_TEXT, bites=NUMBER, what=ANY_TEXT
    ),
    st.builds(events.FaultSkipped, at=SECONDS, step=NUMBER, fault=ANY_TEXT, reason=ANY_TEXT),
    st.builds(
        events.BackendsSampled,
        at=SECONDS, total=NUMBER, active=NUMBER, idle=NUMBER, idle_in_transaction=NUMBER,
    ),
    st.builds(events.AppExited, at=SECONDS, exit_code=st.integers(-64, 255)),
    st.builds(events.RunEnded, at=SECONDS),
)  # fmt: skip

on_disk = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(ops=st.lists(OPS, max_size=5))
@on_disk
def test_a_history_survives_the_way_through_a_file(ops: list[Op], tmp_path: Path) -> None:
    write_ops(tmp_path / "history.jsonl", ops)
    assert read_ops(tmp_path / "history.jsonl") == ops


@given(happened=st.lists(EVENTS, max_size=5))
@on_disk
def test_events_survive_the_way_through_a_file(
    happened: list[events.Event], tmp_path: Path
) -> None:
    write_events(tmp_path / "events.jsonl", happened)
    assert read_events(tmp_path / "events.jsonl") == happened


def test_a_read_outcome_is_an_outcome_again(make: Any, tmp_path: Path) -> None:
    """Equality alone would not show it: a word equals its member."""
    write_ops(tmp_path / "history.jsonl", [make.op(0)])
    assert type(read_ops(tmp_path / "history.jsonl")[0].outcome) is Outcome


@given(ops=st.lists(OPS, min_size=1, max_size=4), data=st.data())
@on_disk
def test_a_file_that_was_cut_anywhere_gives_the_whole_lines_before_the_cut(
    ops: list[Op], data: st.DataObject, tmp_path: Path
) -> None:
    path = tmp_path / "history.jsonl"
    write_ops(path, ops)
    whole = path.read_bytes()
    cut = data.draw(st.integers(whole.index(b"\n") + 1, len(whole)))
    path.write_bytes(whole[:cut])
    read = read_ops(path)
    assert read == ops[: len(read)]
    # The end of line of a complete object may be missing, the object is whole all the same.
    assert len(read) - (whole[:cut].count(b"\n") - 1) in (0, 1)


HEADER = '{"squall": "history", "version": 1}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: is not a history of Squall"),
        ("{}\n", ":1: is not a history of Squall"),
        ("[1]\n", ":1: is not a history of Squall"),
        ("not JSON\n", ":1: is not a history of Squall"),
        ('{"squall": "events", "version": 1}\n', ":1: is not a history of Squall"),
        ('{"squall": "history", "version": 2}\n', ":1: version 2 is unknown; this reads 1"),
        ('{"squall": "history"}\n', ":1: version None is unknown; this reads 1"),
        (HEADER + "{\n{}\n", ":2: is not a line of JSON"),
        (HEADER + "5\n{}\n", ":2: is not a line of JSON"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(
    text: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(f"{path}{words}")):
        read_ops(path)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        read_events(tmp_path / "events.jsonl")
