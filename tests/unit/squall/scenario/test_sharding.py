"""Shards: every name once, none empty, about as long each, the same on every machine."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall.core.errors import UsageError
from squall.scenario.library import stock
from squall.scenario.sharding import (
    MAX_SHARDS,
    Shard,
    balance,
    expected_seconds,
    parse_shard,
)

SECONDS = st.dictionaries(
    st.text(min_size=1), st.floats(min_value=0, max_value=600, allow_nan=False), min_size=1
)


def loads(seconds: dict[str, float], parts: dict[str, int], of: int) -> list[float]:
    return [
        sum(seconds[name] for name, at in parts.items() if at == number)
        for number in range(1, of + 1)
    ]


@pytest.mark.parametrize("text", ["1/1", "2/4", "4/4", f"{MAX_SHARDS}/{MAX_SHARDS}"])
def test_a_shard_is_read_and_written_alike(text: str) -> None:
    assert str(parse_shard(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "2", "0/4", "5/4", "-1/4", "1/0", "2/4/6", " 2/4", "2/4\n", "a/b", "1/257", "٢/٤",
     "9" * 70_000],
)  # fmt: skip
def test_a_wrong_shard_is_one_short_message(text: str) -> None:
    with pytest.raises(UsageError, match=r"--shard .*: write NUMBER/OF, such as 2/4") as told:
        parse_shard(text)
    assert len(str(told.value)) < 250


@given(SECONDS, st.data())
def test_every_name_is_in_one_shard_and_no_shard_is_empty(
    seconds: dict[str, float], data: st.DataObject
) -> None:
    of = data.draw(st.integers(1, len(seconds)))
    parts = balance(seconds, Shard(number=1, of=of))
    assert list(parts) == list(seconds)
    assert set(parts.values()) == set(range(1, of + 1))
    # Greedy: the fullest shard is ahead of any other by no more than one of its own names.
    longest = max(seconds.values())
    assert max(loads(seconds, parts, of)) <= sum(seconds.values()) / of + longest + 1e-6


@given(SECONDS, st.randoms())
def test_the_order_in_which_names_come_decides_nothing(
    seconds: dict[str, float], draws: random.Random
) -> None:
    names = list(seconds)
    draws.shuffle(names)
    shard = Shard(number=1, of=min(3, len(names)))
    assert balance({name: seconds[name] for name in names}, shard) == balance(seconds, shard)


def test_the_longest_come_first() -> None:
    seconds = {"a": 3.0, "b": 3.0, "c": 2.0, "d": 2.0, "e": 2.0}
    assert balance(seconds, Shard(number=1, of=2)) == {"a": 1, "b": 2, "c": 1, "d": 2, "e": 1}


def test_four_shards_of_the_stock_outages_are_alike_in_length() -> None:
    seconds = {one.name: one.planned_seconds for one in stock() if "long" not in one.tags}
    parts = balance(seconds, Shard(number=1, of=4))
    assert max(loads(seconds, parts, 4)) <= 1.05 * sum(seconds.values()) / 4


def test_more_shards_than_outages_would_prove_nothing() -> None:
    with pytest.raises(UsageError, match="--shard 3/3: there are 2 to run, so at most 2 shards"):
        balance({"a": 1.0, "b": 1.0}, Shard(number=3, of=3))


def test_what_was_never_timed_takes_its_plan_times_the_usual_excess() -> None:
    planned = {"a": 2.0, "b": 2.0, "c": 3.0}
    assert expected_seconds(planned, {"a": 5.0, "b": 3.0, "gone": 9.0}) == {
        "a": 5.0, "b": 3.0, "c": 6.0,
    }  # fmt: skip
    assert expected_seconds(planned, {}) == planned
