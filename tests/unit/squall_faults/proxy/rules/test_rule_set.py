"""Which of the messages that a rule is about it acts on."""

from __future__ import annotations

import pytest
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

READ, WRITE = "SELECT name FROM items", "INSERT INTO orders VALUES (1)"


def acted(rule: Rule, statements: list[str]) -> list[str]:
    """The statements that a rule acted on."""
    rules = RuleSet()
    rules.arm(rule)
    return [sql for sql in statements if rules.due_on_statement(sql, "I") is not None]


def test_the_hottest_statement_alone_is_hit_once_it_is_known() -> None:
    rule = Rule(id="a", on="statement", do="stall", statement="items|orders", hottest_of=5)
    asked = [READ, WRITE, READ, WRITE, READ]
    assert acted(rule, asked) == []
    assert acted(rule, [*asked, WRITE, READ, "SELECT 1", READ]) == [READ, READ]


def test_only_statements_that_the_rule_is_about_are_looked_at() -> None:
    rule = Rule(id="a", on="statement", do="stall", statement="orders", hottest_of=2)
    assert acted(rule, [READ, READ, READ, WRITE, WRITE, WRITE]) == [WRITE]


def test_a_share_hits_the_same_statements_each_time_and_spares_the_others() -> None:
    rule = Rule(id="a", on="statement", do="cut", share=0.5)
    asked = [f"SELECT {number}" for number in range(1000)]
    hit = acted(rule, asked)
    assert hit == acted(rule, asked)
    assert 400 < len(hit) < 600


def test_both_of_two_statements_that_take_turns_are_hit() -> None:
    rule = Rule(id="a", on="statement", do="cut", share=0.5)
    assert set(acted(rule, [READ, WRITE] * 50)) == {READ, WRITE}


def test_a_share_counts_towards_the_limit_by_what_it_hits() -> None:
    rule = Rule(id="a", on="statement", do="cut", share=0.5, times=3)
    assert len(acted(rule, [READ] * 100)) == 3


def test_statements_that_differ_in_their_literals_alone_are_one() -> None:
    """A driver such as psycopg2 sends values in the text."""
    rule = Rule(id="a", on="statement", do="stall", statement="items|orders", hottest_of=3)
    read = "SELECT name, $1 FROM items WHERE id = {0} AND kind = 'a{0}'"
    reads = [read.format(number) for number in range(4)]
    other = "SELECT 1 FROM orders"
    assert acted(rule, [other, reads[0], reads[1], reads[2], other, reads[3]]) == reads[2:]


@pytest.mark.parametrize(
    ("key", "value"), [("share", 0), ("share", 1.1), ("share", True), ("hottest_of", -1)]
)
def test_impossible_values_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{key} must be"):
        Rule.from_dict({"id": "a", "on": "statement", "do": "cut", key: value})


def test_what_cannot_be_the_hottest_is_refused() -> None:
    with pytest.raises(ValueError, match="hottest_of must be"):
        Rule(id="a", on="startup", do="cut", hottest_of=3)
