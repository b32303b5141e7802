"""Copies: bounded in age and number, and marked."""

from __future__ import annotations

from typing import Any

from aiocache import SimpleMemoryCache
from hypothesis import given
from hypothesis import strategies as st
from squall_reference.resilience.last_known_good import Copy, LastKnownGood


def copies_of(clock: Any, **more: Any) -> LastKnownGood[str]:
    values = {"max_age": 10.0, **more}
    return LastKnownGood(SimpleMemoryCache(timeout=0), now=clock, **values)


async def test_a_copy_is_given_until_it_is_too_old(clock: Any) -> None:
    copies = copies_of(clock)
    await copies.keep("a", "first")
    clock.now = 9.9
    assert await copies.recall("a") == Copy("first", 9.9)
    assert copies.has("a")
    clock.now = 10.0
    assert not copies.has("a")
    assert await copies.recall("a") is None
    assert copies.recalled == 1


async def test_a_fresh_copy_is_not_copied_again(clock: Any) -> None:
    copies = copies_of(clock)
    await copies.keep("a", "first")
    clock.now = 0.9
    await copies.keep("a", "second")
    assert await copies.recall("a") == Copy("first", 0.9)
    clock.now = 1.0
    await copies.keep("a", "third")
    assert await copies.recall("a") == Copy("third", 0.0)


async def test_callers_cannot_fill_the_memory(clock: Any) -> None:
    copies = copies_of(clock, most=3)
    for name in "abcd":
        await copies.keep(name, name)
    assert [copies.has(name) for name in "abcd"] == [True, True, True, False]


async def test_no_copies_when_they_are_switched_off(clock: Any) -> None:
    copies = copies_of(clock, max_age=0)
    await copies.keep("a", "first")
    assert not copies.has("a")
    assert await copies.recall("a") is None


@given(age=st.floats(0, 1e6))
def test_the_marks_say_how_old_it_is(age: float) -> None:
    headers = Copy("x", age).headers
    assert int(headers["Age"]) == int(age)
    assert headers["Cache-Status"] == f"orders; hit; ttl=-{int(age)}; detail=database-unavailable"
