"""Two commits on the terminal and in the CSV file."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from squall.cli.commit_options import exit_code_of_comparison
from squall.comparing.commit_rounds import Arm, ComparedOutage, Limits, Measured, new_tests
from squall.comparing.git_checkout import Repository
from squall.core.errors import ExitCode, SquallError, UsageError
from squall.gates.verdict import Verdict
from squall.reports.commits_csv import append_row, csv_row, verify_header
from squall.reports.commits_table import pair_line, print_comparison
from squall.scenario.model import Scenario

SAME = {"recovery": 300.0, "errors": 0.2, "p95": 40.0}
REPOSITORY = Repository(
    root=Path("project"), here="a" * 40, changed=False, against="b" * 40,
    here_time="2026-01-31T14:05:00+00:00",
)  # fmt: skip


def outage(
    *here: Mapping[str, float], name: str = "cut", verdict: Verdict = Verdict.PASS
) -> ComparedOutage:
    """Pairs of which the other commit's runs are all the same."""
    made = ComparedOutage(Scenario(name=name, story="It rains.", steps=()), new_tests(Limits()))
    for figures in here:
        against = Measured(figures=SAME, verdict=Verdict.PASS)
        made.take({Arm.AGAINST: against, Arm.HERE: Measured(figures=figures, verdict=verdict)})
    return made


def printed(*outages: ComparedOutage) -> list[str]:
    out = StringIO()
    print_comparison(Console(file=out, width=140), outages, 61.0)
    return [" ".join(re.sub("[│┃]", " ", line).split()) for line in out.getvalue().splitlines()]


def test_each_figure_has_a_row_with_its_interval() -> None:
    lines = printed(outage(*[{**SAME, "recovery": 400.0}] * 16))
    assert lines[0] == "outage figure against here difference pairs change"
    recovery = next(line for line in lines if "recovery" in line)
    assert recovery.startswith("cut recovery 300 ms 400 ms +100 ms (+")
    assert recovery.endswith(" 16 worse")
    assert any(line.startswith("cut errors 20.0% 20.0% +0.0 pp (") for line in lines)
    assert (
        lines[-1] == "3 figures: 0 better, 2 same, 1 worse, 0 not decided; 16 pairs of runs in 61 s"
    )


def test_an_end_that_nothing_bounds_is_a_question_mark() -> None:
    lines = printed(outage(*[{**SAME, "recovery": 400.0}] * 4))
    assert any(
        line == "cut recovery 300 ms 400 ms +100 ms (? to ?) 4 not decided" for line in lines
    )


def test_an_app_that_no_longer_recovers_is_named_so() -> None:
    lines = printed(outage(*[{**SAME, "recovery": math.inf}] * 16))
    assert any(line == "cut recovery 300 ms never never recovered 16 worse" for line in lines)


def test_what_was_not_compared_has_its_reason_and_gates_that_fail_are_counted() -> None:
    lost = outage(name="lost")
    for _ in range(3):
        lost.take({Arm.HERE: Measured(void="no bite\n  look")})
    lines = printed(outage(SAME, SAME, verdict=Verdict.FAIL), lost)
    assert "lost: not compared: 3 pairs in a row prove nothing: no bite" in lines
    assert "cut: gates failed in 0 of 2 runs of the other commit, and in 2 of 2 here" in lines


def test_a_pair_is_one_line_as_it_ends() -> None:
    cut = outage({**SAME, "recovery": 412.4})
    pair = cut.pairs[0]
    assert pair_line(cut, pair) == (
        "  1  cut: recovery 300 ms -> 412 ms, errors 20.0% -> 20.0%, p95 40 ms -> 40 ms"
    )
    void = {Arm.HERE: Measured(void="no bite\n  look")}
    assert pair_line(cut, void) == "  -  cut: does not count: no bite"


@pytest.mark.parametrize(
    ("outages", "code"),
    [
        ([outage(*[SAME] * 16)], ExitCode.PASS),
        ([outage(*[{**SAME, "recovery": 200.0}] * 16)], ExitCode.PASS),
        ([outage(*[{**SAME, "recovery": 400.0}] * 16)], ExitCode.FAIL),
        ([outage(*[{**SAME, "recovery": 400.0}] * 16), outage(SAME)], ExitCode.FAIL),
        ([outage(*[SAME] * 16), outage(SAME)], ExitCode.INCONCLUSIVE),
        ([outage(*[SAME] * 16), outage()], ExitCode.INCONCLUSIVE),
    ],
)
def test_worse_fails_and_what_is_not_decided_proves_nothing(
    outages: list[ComparedOutage], code: ExitCode
) -> None:
    assert exit_code_of_comparison(outages) is code


def test_a_comparison_is_one_line_of_the_history(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    row = csv_row(REPOSITORY, [outage(SAME, {**SAME, "recovery": 320.0})])
    for _ in range(2):
        verify_header(file, list(row))
        append_row(file, row)
    assert (
        list(csv.DictReader(StringIO(file.read_text())))
        == [
            {
                "time": "2026-01-31T14:05:00+00:00",
                "commit": "a" * 40,
                "against": "b" * 40,
                "cut.recovery_ms": "310.0",
                "cut.recovery_change": "not decided",
                "cut.errors_percent": "20.000",
                "cut.errors_change": "not decided",
                "cut.p95_ms": "40.0",
                "cut.p95_change": "not decided",
            }
        ]
        * 2
    )


def test_what_was_not_measured_is_empty_and_never_a_number(tmp_path: Path) -> None:
    row = csv_row(REPOSITORY, [outage({**SAME, "recovery": math.inf}), outage(name="lost")])
    assert (row["cut.recovery_ms"], row["lost.p95_ms"]) == ("", "")
    append_row(tmp_path / "history.csv", row)


def test_a_file_of_other_outages_is_refused_before_anything_runs(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    append_row(file, csv_row(REPOSITORY, [outage()]))
    other = csv_row(REPOSITORY, [outage(name="lost")])
    with pytest.raises(UsageError, match=r"its columns are those of other outages \(cut.recovery"):
        verify_header(file, list(other))
    with pytest.raises(UsageError, match="there is no directory"):
        verify_header(tmp_path / "none" / "history.csv", list(other))
    with pytest.raises(SquallError, match="cannot be written: Is a directory"):
        append_row(tmp_path, other)
