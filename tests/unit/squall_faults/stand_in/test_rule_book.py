"""Rules on requests: which one acts, how often, and until when."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults.stand_in.request_tally import MAX_KINDS, OTHERS, RequestTally
from squall_faults.stand_in.rule_book import MAX_RULES, ArmedRule, RuleBook
from squall_faults.stand_in.upstream_rule import UpstreamRule


def draws(count: int = 8, **given: Any) -> list[int]:
    """Which of so many matches a rule acts on, from 1."""
    armed = ArmedRule(UpstreamRule(id="r", do="status", **given))
    hit = []
    for number in range(1, count + 1):
        if armed.draw():
            armed.bites += 1
            hit.append(number)
    return hit


@pytest.mark.parametrize(
    ("given", "hit"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"nth": 7}, [7, 8]),
        ({"nth": 3, "times": 2}, [3, 4]),
        ({"times": 1}, [1]),
    ],
)
def test_the_nth_match_is_the_first_to_be_hit(given: dict[str, int], hit: list[int]) -> None:
    assert draws(**given) == hit


def test_a_share_is_drawn_the_same_each_time() -> None:
    first = draws(1_000, share=0.3)
    assert first == draws(1_000, share=0.3)
    assert 250 < len(first) < 350


async def test_the_first_rule_that_is_due_acts_and_others_are_left_alone() -> None:
    book = RuleBook()
    posts = book.arm({"do": "reset", "method": "POST", "path": "/charges"})
    late = book.arm({"do": "slow_accept", "delay_ms": 5})
    every = book.arm({"do": "status"})
    assert book.for_request("POST", "/charges") is posts
    assert book.for_request("GET", "/charges") is every
    assert book.for_connection() is late
    book.disarm(every.rule.id)
    assert every.released.is_set()
    assert book.for_request("GET", "/charges") is None
    book.disarm(every.rule.id)


async def test_a_rule_without_a_renewal_ends_by_itself() -> None:
    book = RuleBook()
    armed = book.arm({"do": "status", "ttl_ms": 5})
    async with asyncio.timeout(5):
        await armed.released.wait()
    assert book.in_force()["rules"] == []
    assert book.in_force()["lapsed"] == [f"rule {armed.rule.id}"]


async def test_what_is_no_rule_is_refused_and_their_number_is_bounded() -> None:
    book = RuleBook()
    for given in (
        {"do": "burn"}, {"do": "status", "status": 99}, {"do": "status", "share": 0},
        {"do": "status", "where": "x"}, {"do": "status", "path": "x"},
        {"do": "status", "ttl_ms": "1"}, {"do": "malformed", "form": "xml"},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"must|has no"):
            book.arm(given)
    for _ in range(MAX_RULES):
        book.arm({"do": "status"})
    with pytest.raises(ValueError, match="rules already"):
        book.arm({"do": "status"})


def test_the_tally_counts_by_kind_and_stays_small() -> None:
    tally = RequestTally()
    assert tally.count("GET", "/rates/{id}", 200, known=True)
    assert not tally.count("GET", "/rates/{id}", 200, known=True)
    for number in range(2 * MAX_KINDS):
        tally.count("GET", f"/{number}", 404, known=False)
    shown = tally.shown()
    assert (shown["requests"], shown["unknown"]) == (2 + 2 * MAX_KINDS, 2 * MAX_KINDS)
    assert len(shown["seen"]) == MAX_KINDS + 1
    assert shown["seen"][0] == {"method": "", "path": OTHERS, "status": 404, "count": MAX_KINDS + 1}
    assert {"method": "GET", "path": "/rates/{id}", "status": 200, "count": 2} in shown["seen"]


def test_keys_of_writes_that_may_have_been_done_are_counted_once() -> None:
    tally = RequestTally()
    for method, key, status in (
        ("POST", b"a", 201), ("POST", b"a", 500), ("POST", b"b", 0), ("PATCH", b"c", 200),
        ("POST", b"d", 429), ("POST", b"e", 503), ("PUT", b"f", 200), ("POST", None, 200),
    ):  # fmt: skip
        tally.count_key(method, key, status)
    assert tally.shown()["keys"] == 3
