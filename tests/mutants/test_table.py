"""The matrix as people read it."""

from __future__ import annotations

from collections.abc import Callable

from harness.checkers.verdict import Verdict
from harness.mutants import table
from harness.mutants.gallery import CHECKERS
from harness.mutants.matrix import Matrix
from harness.mutants.trial import Case

MakeCase = Callable[..., Case]


def matrix(*cases: object) -> Matrix:
    return Matrix(cases=cases, seed=1, engine="embedded")  # type: ignore[arg-type]


def test_a_cell_tells_named_also_missed_and_nothing(case: MakeCase) -> None:
    found = [case("no-duplicate", "availability")]
    marks = {checker: table.mark(found, checker) for checker in CHECKERS}
    assert {checker: mark for checker, mark in marks.items() if mark != table.NOTHING} == {
        "no-duplicate": table.CAUGHT,
        "availability": table.ALSO,
        "log-clean": table.MISSED,
    }


def test_a_mutant_must_be_caught_in_every_repeat(case: MakeCase) -> None:
    caught, half = case("no-duplicate", "log-clean"), case("no-duplicate")
    assert table.word([caught, caught]) == "caught"
    assert table.word([caught, half]) == "SURVIVED"
    assert table.mark([caught, half], "log-clean") == table.MISSED
    assert matrix(caught, half).verdict is Verdict.FAIL


def test_the_text_has_a_row_for_each_mutant_and_the_reference_last(case: MakeCase) -> None:
    caught, clean = case("no-duplicate", "log-clean"), case(reference=True)
    lines = table.text(matrix(clean, caught, caught)).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["twice", "reference"]
    assert lines[1].endswith("  caught")
    assert lines[2].endswith("  clean")
    assert lines[-1] == "2 of 2 mutants caught; reference app: 0 alarms in 1 outages"


def test_a_false_alarm_is_told_with_its_reason(case: MakeCase) -> None:
    alarm = case("log-clean", reference=True, reason="a task was lost")
    assert table.line(alarm).splitlines() == [
        "FALSE ALARM  reference (1 outages)",
        "    commit-reply-lost: log-clean: a task was lost",
    ]
    assert table.summary(matrix(alarm)).endswith("reference app: 1 alarms in 1 outages")


def test_the_markdown_is_a_table(case: MakeCase) -> None:
    text = table.markdown(matrix(case("no-duplicate", "log-clean"), case(reference=True)))
    head, rule, first, last, *_ = text.splitlines()
    assert head.count("|") == rule.count("|") == first.count("|") == last.count("|")
    assert first.startswith("| twice | commit-reply-lost |")
    assert last.startswith("| reference | all 1 of these |")
