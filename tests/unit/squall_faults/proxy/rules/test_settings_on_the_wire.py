"""Settings of a session, followed through whole conversations and told by the proxy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from squall_faults.proxy.rules.interceptor import Interceptor
from squall_faults.proxy.rules.rule import Rule
from squall_faults.proxy.rules.rule_set import RuleSet

Speak = Callable[[str], bytes]
GREETING = ("startup", "R 0000 / K 00000000 / Z I")


def settings(
    up: Speak, down: Speak, *exchanges: tuple[str, str], rule: Rule | None = None
) -> set[str]:
    rules = RuleSet()
    wire = Interceptor(rules)
    for said, answer in (GREETING, *exchanges):
        if rule is not None and said.startswith("Q SET"):
            rules.arm(rule)
        wire.client_bytes(up(said))
        wire.server_bytes(down(answer))
    return set(wire.settings)


@pytest.mark.parametrize(
    ("exchanges", "kept"),
    [
        ([("Q SET x = 1", "C SET / Z I")], {"x"}),
        ([("Q BEGIN", "C BEGIN / Z T"), ("Q SET x = 1", "C SET / Z T"),
          ("Q SELECT 1", "C SELECT 1 / Z T"), ("Q COMMIT", "C COMMIT / Z I")], {"x"}),
        ([("Q BEGIN", "C BEGIN / Z T"), ("Q SET x = 1", "C SET / Z T"),
          ("Q SELECT 1", "E 57014 / Z E"), ("Q ROLLBACK", "C ROLLBACK / Z I")], set()),
        # A COMMIT of a transaction that failed is a ROLLBACK, and says so.
        ([("Q BEGIN", "C BEGIN / Z T"), ("Q SET x = 1", "C SET / Z T"),
          ("Q SELECT 1", "E 57014 / Z E"), ("Q COMMIT", "C ROLLBACK / Z I")], set()),
        ([("Q SET x = 1", "C SET / Z I"), ("Q SELECT 1", "E 57014 / Z I")], {"x"}),
        ([("Q SET x = 1", "C SET / Z I"), ("Q DISCARD ALL", "C DISCARD ALL / Z I")], set()),
        ([("P a|SET x = 1 / B |a / E  / S", "1 / 2 / C SET / Z I")], {"x"}),
        ([("P a|SET x = 1 / S", "1 / Z I"), ("Q RESET ALL", "C RESET / Z I"),
          ("B |a / E  / S", "2 / C SET / Z I")], {"x"}),
        ([("Q SET x = 1", "E 22023 / Z I")], set()),
    ],
)  # fmt: skip
def test_a_conversation(
    up: Speak, down: Speak, exchanges: list[tuple[str, str]], kept: set[str]
) -> None:
    assert settings(up, down, *exchanges) == kept


def test_a_statement_that_a_rule_replaced_did_not_run(up: Speak, down: Speak) -> None:
    rule = Rule.from_dict(
        {"id": "r", "on": "statement", "statement": "SET", "do": "error", "sqlstate": "57014"}
    )
    assert settings(up, down, ("Q SET x = 1", "E 57014 / Z I"), rule=rule) == set()
