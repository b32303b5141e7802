"""A rule on Redis commands: what it is about, how often it counts, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults.proxy.rules.armed_rules import RuleExists
from squall_faults.proxy.rules.command_rule import SETUP, CommandRule
from squall_faults.proxy.rules.command_rules import CommandRules

ERROR: dict[str, Any] = {"id": "one", "on": "command", "do": "error", "message": "OOM no"}
CUT: dict[str, Any] = {"id": "one", "on": "reply", "do": "cut"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({**ERROR, "id": ""}, "id must be one line of text"),
        ({**ERROR, "on": "statement"}, "on must be one of command, reply"),
        ({**ERROR, "do": "stall"}, "do must be one of error on command"),
        ({**CUT, "do": "error"}, "do must be one of cut, stall on reply"),
        ({**ERROR, "command": "GET key"}, "command must be names"),
        ({**ERROR, "command": 7}, "command must be names"),
        ({**ERROR, "nth": 0}, "nth must be at least 1"),
        ({**ERROR, "times": True}, "times must be at least 1"),
        ({**ERROR, "share": 1.5}, "share must be above 0"),
        ({**ERROR, "message": ""}, "message must be one line"),
        ({**ERROR, "message": "two\nlines"}, "message must be one line"),
        ({**CUT, "message": "OOM"}, "left out"),
        ({**ERROR, "after_bytes": 3}, "after_bytes must be"),
        ({**CUT, "after_bytes": -1}, "after_bytes must be"),
        ({**CUT, "tag": "x"}, "tag must be no key"),
        ({"on": "reply", "do": "cut"}, "id must be given"),
    ],
)
def test_what_is_no_rule_is_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        CommandRule.from_dict(values)


def test_it_is_shown_as_it_can_be_given() -> None:
    rule = CommandRule.from_dict({**CUT, "command": "get|Mget", "after_bytes": 4, "times": None})
    assert CommandRule.from_dict(rule.to_dict()) == rule


def test_names_are_compared_whole_and_in_any_case() -> None:
    rule = CommandRule.from_dict({**CUT, "command": "get|Client"})
    assert rule.is_about(b"GET")
    assert rule.is_about(b"CLIENT SETINFO")
    assert not rule.is_about(b"GETEX")
    assert not rule.is_about(b"MGET")


def test_without_names_it_is_not_about_what_sets_a_connection_up() -> None:
    rule = CommandRule.from_dict(CUT)
    assert rule.is_about(b"GET")
    assert not any(rule.is_about(name) for name in (*SETUP, b"CLIENT SETINFO"))


def test_the_first_rule_that_is_due_acts_from_the_nth_match_on() -> None:
    rules = CommandRules()
    armed = rules.arm(CommandRule.from_dict({**ERROR, "command": "GET", "nth": 2, "times": 1}))
    other = rules.arm(CommandRule.from_dict({**ERROR, "id": "two", "command": "SET|GET"}))
    assert rules.due("command", b"GET") is other
    assert rules.due("command", b"GET") is armed
    assert rules.due("command", b"GET") is other, "the first is spent"
    assert rules.due("reply", b"GET") is None
    assert rules.due("command", b"DEL") is None
    rules.disarm("two")
    assert rules.due("command", b"SET") is None
    assert armed.shown() == {**armed.rule.to_dict(), "matches": 2, "bites": 1}


def test_an_id_is_armed_once() -> None:
    rules = CommandRules()
    rules.arm(CommandRule.from_dict(CUT))
    with pytest.raises(RuleExists):
        rules.arm(CommandRule.from_dict(CUT))
