"""A user's expression: searched in bounded time, or refused with the reason."""

from __future__ import annotations

import random
import re
import time
from itertools import product

import pytest
from squall_faults.proxy.rules.bounded_pattern import MAX_LETTERS, compile_bounded
from squall_faults.proxy.rules.rule import Rule

REFUSED = [
    "(a+)+b", "(a*)*", "(a|a)*b", "(a|aa)+$", "(?:a?){30}a{30}", "(\\w+\\s*,)*x", "(.*a){12}",
    "a?" * 30 + "a" * 30, ".*.*.*.*.*=", "(?=(a+)+)b", "(a+)\\1+\\1+\\1+\\1+b", "x" * 2000,
    "((a))*(b", "[",
]  # fmt: skip
FINE = [
    "insert", "^\\s*begin", "select|insert", "from orders where", "insert.*orders.*returning",
    "\\bitems\\b", "(?:insert|update) into", "(abc)*x", "\\d{4}-\\d{2}", "(?:\\d{4}-)?x",
    "^commit$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_can_take_exponential_time_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"repeat|longer|not a regular"):
        compile_bounded(pattern)


@pytest.mark.parametrize("pattern", FINE)
def test_what_people_write_is_taken(pattern: str) -> None:
    found = compile_bounded(pattern, re.IGNORECASE)
    assert found.letters >= 500
    assert found.search("x") is (re.search(pattern, "x", re.IGNORECASE) is not None)


def test_a_plain_word_is_searched_in_the_whole_statement() -> None:
    assert compile_bounded("orders").letters == MAX_LETTERS
    assert compile_bounded("orders").search(" " * 60_000 + "orders")


ATOMS = [
    "a",
    ".",
    "\\w",
    "[ab]",
    "a?",
    "a*",
    ".*",
    "\\s*",
    "(a)",
    "a{0,5}",
    "a{2,}",
    "(?:ab)*",
    "b",
]


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.proof)])
def test_no_accepted_expression_takes_long(count: int) -> None:
    """Four atoms in every order would be 28,561: a draw of them, each against a bad text."""
    draws = random.Random(count)  # noqa: S311 - repeatable
    slowest = (0.0, "")
    for atoms in draws.sample(list(product(ATOMS, repeat=4)), count):
        pattern = "".join(atoms) + "=" * 2
        try:
            bounded = compile_bounded(pattern)
        except ValueError:
            continue
        began = time.process_time()
        bounded.search("a" * MAX_LETTERS)
        slowest = max(slowest, (time.process_time() - began, pattern))
        if slowest[0] > 5:
            break
    assert slowest[0] < 5, slowest


@pytest.mark.parametrize("key", ["statement", "tag"])
def test_a_rule_is_refused_at_the_door(key: str) -> None:
    on = "reply" if key == "tag" else "statement"
    with pytest.raises(ValueError, match=f"{key} .*exponential time"):
        Rule.from_dict({"id": "x", "on": on, "do": "cut", key: "(a+)+b"})


def test_twenty_four_comments_do_not_stop_the_engine() -> None:
    rule = Rule.from_dict(
        {
            "id": "x",
            "on": "statement",
            "do": "error",
            "sqlstate": "40001",
            "statement": "/.*/.*insert",
        }
    )
    began = time.process_time()
    assert not rule.is_about("/**/" * 16_000 + "select 1")
    assert time.process_time() - began < 2
