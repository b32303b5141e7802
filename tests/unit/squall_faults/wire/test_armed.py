"""What every fault made of a rule keeps: it disarms, whatever happens, and counts what it did."""

from __future__ import annotations

from typing import Any

import pytest
import squall_faults as faults
from squall_faults import HealFailed, InjectionFailed, InvalidFault, within

GIVEN: dict[str, dict[str, Any]] = {
    "wire.delay_statement": {"delay_ms": 250},
    "wire.error_reply": {"sqlstate": "53100"},
}
"""Attributes without which there is no such fault."""

RULES = {"wire.cut_after_commit": 2}
"""Faults of several rules: a COMMIT, and a write in autocommit."""

WIRE = [entry.key for entry in faults.entries() if entry.key.startswith("wire.")]
every_wire_fault = pytest.mark.parametrize("key", WIRE)


def made(key: str, **more: Any) -> Any:
    return faults.from_dict({"fault": key, **GIVEN.get(key, {}), **more})


@every_wire_fault
@pytest.mark.parametrize("acted", [0, 12])
async def test_the_timeline_of_calls(stub: Any, key: str, acted: int) -> None:
    port = stub(acted=acted)
    async with within(made(key), port) as injection:
        port.clock.advance(0.4)
        bite = await injection.bite()
    rules = RULES.get(key, 1)
    assert [(at, name) for at, name, _ in port.calls] == [
        *[(0, "arm")] * rules,
        *[(0.4, "bites")] * rules,
        *[(0.4, "disarm")] * rules,
    ]
    assert [what for _, _, what in port.calls[rules:]] == ["rule-7", "rule-7"] * rules
    assert bite.count == acted * rules


@every_wire_fault
async def test_the_rule_is_disarmed_when_the_block_raises(stub: Any, key: str) -> None:
    port = stub()
    with pytest.raises(KeyError):
        async with within(made(key), port):
            raise KeyError
    assert port.calls[-1] == (0, "disarm", "rule-7")


@every_wire_fault
async def test_a_refused_rule_is_an_error_and_needs_no_cure(stub: Any, key: str) -> None:
    port = stub(refuses="arm")
    with pytest.raises(InjectionFailed, match="arm: the stub refuses"):
        async with within(made(key), port):
            pytest.fail("must not be entered")
    assert [name for _, name, _ in port.calls] == ["arm"]


@every_wire_fault
async def test_a_rule_that_stays_is_told_as_a_failed_cure(stub: Any, key: str) -> None:
    with pytest.raises(HealFailed, match="could not be undone: disarm"):
        async with within(made(key), stub(refuses="disarm")):
            pass


@every_wire_fault
@pytest.mark.parametrize("times", [-1, 1_000_001, 1.5, "2", True])
def test_an_impossible_number_of_times_is_refused(key: str, times: Any) -> None:
    with pytest.raises(InvalidFault, match=f"times must be a whole number .+ got {times!r}"):
        made(key, times=times)


def having(name: str) -> list[str]:
    """The wire faults with an attribute of this name."""
    return [key for key in WIRE if name in {f.name for f in faults.entry(key).fields()}]


@pytest.mark.parametrize("key", having("sqlstate"))
@pytest.mark.parametrize("sqlstate", ["", "5310", "53100 ", "abcde", 53100, None, "00000", "01000"])
def test_what_is_no_sqlstate_of_an_error_is_refused(key: str, sqlstate: Any) -> None:
    with pytest.raises(InvalidFault, match=r"sqlstate must be .+ got") as refused:
        made(key, sqlstate=sqlstate)
    assert repr(sqlstate) in str(refused.value)


@pytest.mark.parametrize("key", having("statement"))
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("(", r"statement is not a regular expression: .+, got '\('"),
        (7, "statement must be a regular expression, got 7"),
    ],
)
def test_what_is_no_pattern_is_refused(key: str, statement: Any, words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        made(key, statement=statement)


@pytest.mark.parametrize("key", having("nth"))
@pytest.mark.parametrize("nth", [0, -3, 1.5, True])
def test_the_first_match_is_number_one(key: str, nth: Any) -> None:
    with pytest.raises(InvalidFault, match=f"nth must be a whole number from 1 .+ got {nth!r}"):
        made(key, nth=nth)
