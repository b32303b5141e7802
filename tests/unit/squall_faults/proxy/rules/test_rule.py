"""Rules refuse what they cannot do, with key and value; they count what they match and bite."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall_faults.proxy.rules.rule import DO, Rule
from squall_faults.proxy.rules.rule_set import RuleSet

CUT = {"id": "r", "on": "statement", "do": "cut"}
FAIL = {"id": "r", "on": "statement", "do": "error", "sqlstate": "40001"}

REFUSED: list[tuple[dict[str, Any], str]] = [
    (CUT | {"id": ""}, "id must be a text, got ''"),
    (CUT | {"id": 7}, "id must be a text, got 7"),
    ({"on": "reply", "do": "cut"}, "id must be given, got None"),
    (CUT | {"on": None}, "on must be given, got None"),
    (CUT | {"on": "commit"}, "on must be one of statement, reply, startup, got 'commit'"),
    (CUT | {"do": "explode"}, "do must be one of cut, stall, delay, error, fatal, got 'explode'"),
    (CUT | {"do": ["cut"]}, "do must be one of cut, stall, delay, error, fatal, got ['cut']"),
    (CUT | {"nth": 0}, "nth must be at least 1, got 0"),
    (CUT | {"nth": True}, "nth must be at least 1, got True"),
    (CUT | {"nth": "1"}, "nth must be at least 1, got '1'"),
    (CUT | {"times": 0}, "times must be at least 1, or null, got 0"),
    (CUT | {"times": 1.5}, "times must be at least 1, or null, got 1.5"),
    (CUT | {"statement": 3}, "statement must be a regular expression, got 3"),
    (
        CUT | {"statement": "("},
        "statement must be a regular expression, got '(': it is not a regular expression: miss",
    ),
    (CUT | {"tag": "^COMMIT$"}, "tag must be left out unless on is reply, got '^COMMIT$'"),
    (
        CUT | {"on": "reply", "tag": "*"},
        "tag must be a regular expression, got '*': it is not a regular expression: nothing",
    ),
    (CUT | {"transaction": "X"}, "transaction must be one of (None, 'I', 'T', 'E'), got 'X'"),
    (
        CUT | {"on": "startup", "transaction": "I"},
        "transaction must be one of (None,), got 'I'",
    ),
    (FAIL | {"on": "reply"}, "do must be fatal or another on a reply, got 'error'"),
    (CUT | {"do": "delay"}, "delay_ms must be at least 1 if do is delay, else left out, got 0"),
    (CUT | {"delay_ms": 5}, "delay_ms must be at least 1 if do is delay, else left out, got 5"),
    (CUT | {"sqlstate": "40001"}, "sqlstate must be left out if do is cut, got '40001'"),
    (CUT | {"do": "error"}, "sqlstate must be five digits or capitals"),
    (FAIL | {"sqlstate": "00000"}, "if do is error, got '00000'"),
    (FAIL | {"sqlstate": "4000"}, "if do is error, got '4000'"),
    (FAIL | {"sqlstate": "4000a"}, "if do is error, got '4000a'"),
    (FAIL | {"sqlstate": 40001}, "if do is error, got 40001"),
    (FAIL | {"message": "a\0b"}, r"message must be a text without zero bytes, got 'a\x00b'"),
    (FAIL | {"massage": "x"}, "massage must be no key; the keys are id, on, do, statement"),
]


@pytest.mark.parametrize(("values", "words"), REFUSED)
def test_what_is_not_possible_is_refused_with_key_and_value(
    values: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        Rule.from_dict(values)


def rules() -> st.SearchStrategy[dict[str, Any]]:
    def more(do: str) -> dict[str, st.SearchStrategy[Any]]:
        fields: dict[str, st.SearchStrategy[Any]] = {
            "id": st.text(min_size=1).filter(lambda text: "\0" not in text),
            "do": st.just(do),
            "on": st.sampled_from(["statement"] if do == "error" else ["statement", "reply"]),
            "statement": st.none() | st.just("^commit"),
            "transaction": st.sampled_from([None, "I", "T", "E"]),
            "nth": st.integers(min_value=1),
            "times": st.none() | st.integers(min_value=1),
        }
        if do in ("error", "fatal"):
            fields["sqlstate"] = st.from_regex(r"\A[1-9A-Z][0-9A-Z]{4}\Z")
        if do == "delay":
            fields["delay_ms"] = st.integers(min_value=1)
        return fields

    return st.sampled_from(DO).flatmap(lambda do: st.fixed_dictionaries(more(do)))


@given(rules())
def test_a_rule_survives_its_dictionary(values: dict[str, Any]) -> None:
    rule = Rule.from_dict(values)
    assert Rule.from_dict(rule.to_dict()) == rule
    assert {key: rule.to_dict()[key] for key in values} == values


@pytest.mark.parametrize(
    ("values", "sql", "status", "matches"),
    [
        ({}, "", "I", True),
        ({"statement": "^commit"}, "COMMIT;", "T", True),
        ({"statement": "^commit"}, "SELECT 'commit'", "T", False),
        ({"statement": "orders"}, "INSERT INTO Orders", "", True),
        ({"transaction": "T"}, "x", "T", True),
        ({"transaction": "T"}, "x", "I", False),
        ({"transaction": "I", "statement": "x"}, "y", "I", False),
    ],
)
def test_statement_and_transaction_must_both_fit(
    values: dict[str, Any],
    sql: str,
    status: str,
    matches: bool,
) -> None:
    assert Rule.from_dict(CUT | values).matches(sql, status) is matches


def test_the_nth_match_is_the_first_that_bites_and_times_the_limit() -> None:
    armed_rules = RuleSet()
    armed = armed_rules.arm(Rule.from_dict(CUT | {"statement": "x", "nth": 3, "times": 2}))
    bitten = [armed_rules.due_on_statement(sql, "I") is armed for sql in "xyxxxxx"]
    assert bitten == [False, False, False, True, True, False, False]
    assert (armed.matches, armed.bites, armed.spent) == (4, 2, True)
    assert armed_rules.statement == ()


def test_the_first_armed_of_two_bites_and_both_count() -> None:
    armed_rules = RuleSet()
    first = armed_rules.arm(Rule.from_dict(CUT | {"id": "1", "times": 1}))
    second = armed_rules.arm(Rule.from_dict(CUT | {"id": "2", "nth": 2}))
    assert [armed_rules.due_on_statement("x", "I") for _ in "123"] == [first, second, second]
    assert [(each.matches, each.bites) for each in armed_rules.armed] == [(1, 1), (3, 2)]


def test_a_bite_that_had_no_effect_is_taken_back() -> None:
    armed_rules = RuleSet()
    armed = armed_rules.arm(Rule.from_dict(CUT | {"times": 1}))
    armed_rules.due_on_statement("x", "I")
    armed_rules.spared(armed)
    assert (armed.bites, armed_rules.statement) == (0, (armed,))


def test_replies_are_matched_by_tag_or_by_their_beginning() -> None:
    armed_rules = RuleSet()
    tagged = armed_rules.arm(Rule.from_dict(CUT | {"id": "1", "on": "reply", "tag": "^commit$"}))
    begun = armed_rules.arm(Rule.from_dict(CUT | {"id": "2", "on": "reply"}))
    due = armed_rules.due_on_reply
    assert due("x", "I", tag=None, begins=True) is begun
    assert due("x", "I", tag=None, begins=False) is None
    assert due("x", "I", tag="COMMIT", begins=False) is tagged
    assert due("x", "I", tag="COMMIT", begins=True) is tagged
    assert due("x", "I", tag="COMMIT PREPARED", begins=False) is None


def test_ids_are_unique_and_free_again_once_disarmed() -> None:
    armed_rules = RuleSet()
    armed_rules.arm(Rule.from_dict(CUT))
    with pytest.raises(ValueError, match="id must be new, got 'r'"):
        armed_rules.arm(Rule.from_dict(CUT | {"on": "startup"}))
    assert armed_rules.disarm("r").rule.on == "statement"
    assert (armed_rules.statement, "r" in armed_rules) == ((), False)
    with pytest.raises(KeyError):
        armed_rules.disarm("r")
    armed_rules.arm(Rule.from_dict(CUT | {"on": "startup"}))
    assert armed_rules.due_at_startup("user=x") is not None
