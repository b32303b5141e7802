"""The matrix as people read it."""

from __future__ import annotations

from collections.abc import Callable

from squall.gates.verdict import Verdict
from squall_proof.mutants import kill_table
from squall_proof.mutants.kill_matrix import KillMatrix
from squall_proof.mutants.mutant_gallery import CHECKERS
from squall_proof.mutants.trial import MutantCase

MakeCase = Callable[..., MutantCase]


def matrix(*cases: object) -> KillMatrix:
    return KillMatrix(cases=cases, seed=1, engine="embedded")  # type: ignore[arg-type]


def test_a_cell_tells_named_also_missed_and_nothing(case: MakeCase) -> None:
    found = [case("no-duplicate", "availability")]
    marks = {gate: kill_table.mark(found, gate) for gate in CHECKERS}
    assert {gate: mark for gate, mark in marks.items() if mark != kill_table.NOTHING} == {
        "no-duplicate": kill_table.CAUGHT,
        "availability": kill_table.ALSO,
        "log-clean": kill_table.MISSED,
    }


def test_a_mutant_must_be_caught_in_every_repeat(case: MakeCase) -> None:
    caught, half = case("no-duplicate", "log-clean"), case("no-duplicate")
    assert kill_table.word([caught, caught]) == "caught"
    assert kill_table.word([caught, half]) == "SURVIVED"
    assert kill_table.mark([caught, half], "log-clean") == kill_table.MISSED
    assert matrix(caught, half).verdict is Verdict.FAIL


def test_the_text_has_a_row_for_each_mutant_and_the_reference_last(case: MakeCase) -> None:
    caught, clean = case("no-duplicate", "log-clean"), case(reference=True)
    lines = kill_table.text(matrix(clean, caught, caught)).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["twice", "reference"]
    assert lines[1].endswith("  caught")
    assert lines[2].endswith("  clean")
    assert lines[-1] == "2 of 2 mutants caught; reference app: 0 alarms in 1 outages"


def test_a_false_alarm_is_told_with_its_reason(case: MakeCase) -> None:
    alarm = case("log-clean", reference=True, reason="a task was lost")
    assert kill_table.line(alarm).splitlines() == [
        "FALSE ALARM  reference (1 outages)",
        "    commit-reply-lost: log-clean: a task was lost",
    ]
    assert kill_table.summary(matrix(alarm)).endswith("reference app: 1 alarms in 1 outages")


def test_the_markdown_is_a_table(case: MakeCase) -> None:
    text = kill_table.markdown(matrix(case("no-duplicate", "log-clean"), case(reference=True)))
    head, rule, first, last, *_ = text.splitlines()
    assert head.count("|") == rule.count("|") == first.count("|") == last.count("|")
    assert first.startswith("| twice | commit-reply-lost |")
    assert last.startswith("| reference | all 1 of these |")
