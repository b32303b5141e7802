"""A sweep's verdict, and what a failing fault point is reported with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from squall.core import secrets
from squall.core.errors import UsageError
from squall.reports.sweep_directory import write_sweep
from squall.reports.sweep_failures import failing_lines
from squall.reports.sweep_junit import sweep_junit
from squall.sweeping.baseline import comparable, mended, read_baseline, write_baseline
from squall.sweeping.cells import parse_cell
from squall.sweeping.sweep_from_python import limits_of
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import Status

from tests.sweep.made_sweep import (
    GOOD,
    LATE,
    NOT_READY,
    ORDER,
    POISONED,
    READ,
    TWICE,
    cell_result,
    sweep_result,
)


def test_a_sweep_is_true_when_every_point_is_survived_or_refused_well() -> None:
    assert sweep_result(*GOOD)
    assert not sweep_result(*GOOD, TWICE)


def test_a_sweep_that_exercised_nothing_proves_nothing() -> None:
    idle = cell_result("place-order/2/40001/once", Status.NOT_EXERCISED)
    for limits in (SweepLimits(), SweepLimits(min_survived=0), SweepLimits(baseline=frozenset())):
        assert not sweep_result(idle, limits=limits)


@pytest.mark.parametrize(("least", "passes"), [(75, True), (75.1, False)])
def test_a_coverage_can_be_demanded(least: float, passes: bool) -> None:
    result = sweep_result(*GOOD, TWICE, limits=SweepLimits(min_survived=least))
    assert result.coverage == 0.75
    assert result.passed is passes


def test_with_a_baseline_only_new_failures_count(tmp_path: Path) -> None:
    file = tmp_path / "fault-points.txt"
    write_baseline(file, sweep_result(*GOOD, TWICE, LATE))
    known = read_baseline(file)
    assert sweep_result(*GOOD, TWICE, limits=known)
    worse = sweep_result(*GOOD, TWICE, POISONED, limits=known)
    assert not worse
    assert worse.new_failures == [POISONED]
    better = sweep_result(*GOOD, cell_result(LATE.cell.id), limits=known)
    assert mended(better) == [LATE.cell]


def test_a_baseline_keeps_what_was_survived_while_the_statements_are_the_same(
    tmp_path: Path,
) -> None:
    file = tmp_path / "fault-points.txt"
    before = sweep_result(*GOOD, TWICE)
    write_baseline(file, before)
    limits = limits_of(file, 80)
    survived = {one.cell for one in GOOD if one.status is Status.SURVIVED}
    assert limits.min_survived == 80
    assert comparable(limits, before.operations) == (frozenset(survived), [])
    other = replace(ORDER, statements=ORDER.statements[:2])
    same, changed = comparable(limits, [other, READ])
    assert changed == ["place-order"]
    assert {cell.operation for cell in same} == {"read-item"}


def test_a_baseline_of_failing_points_only_still_reads(tmp_path: Path) -> None:
    file = tmp_path / "fault-points.txt"
    file.write_text(f"# known\n{TWICE.cell.id}\n")
    assert read_baseline(file) == SweepLimits(baseline=frozenset({TWICE.cell}))


@pytest.mark.parametrize("line", ["place-order/3", "survived place-order/3", "survived"])
def test_a_baseline_that_is_none_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "fault-points.txt"
    file.write_text(f"# known\n{line}\n")
    with pytest.raises(UsageError, match=r"fault-points.txt:2: "):
        read_baseline(file)


def test_a_failed_assertion_shows_the_figures_and_the_most_serious_point() -> None:
    shown = repr(sweep_result(*GOOD, TWICE, POISONED))
    assert shown.startswith("<SweepResult seed 4: fault points 5: survived 2, refused well 1, fai")
    assert "place-order/1/40P01/once: after the heal 6 of 6" in shown
    assert "orders VALUES" not in shown


def test_a_failing_point_is_told_with_place_fault_wrong_and_command() -> None:
    text = "\n".join(failing_lines(sweep_result(TWICE), TWICE))
    assert text.splitlines() == [
        "② place-order/3/cut_after/once: answered 201, and its rows are there more than once",
        "    operation: place-order, statement 3 of 3: COMMIT",
        "    fault: cut_after: connection reset after the statement ran, its answer lost",
        "    wrong: twice: answered 201, and its rows are there more than once",
        "    request: POST /orders {'quantity': 1}  →  201 after 12 ms: {}",
        "    repeat: squall sweep --seed 4 --cell place-order/3/cut_after/once",
    ]


def test_a_login_and_a_fault_that_lasts_are_told() -> None:
    result = sweep_result(LATE)
    assert result.place_of(parse_cell("read-item/connect/53300/on")) == "its login"
    assert result.place_of(parse_cell("readiness/7/cut_before/on")) == "statement 7"
    assert ", and from there on until healed" in "\n".join(failing_lines(result, LATE))


def test_junit_has_every_point_that_was_run_also_readiness() -> None:
    root = ET.fromstring(sweep_junit(sweep_result(*GOOD, TWICE, NOT_READY)))  # noqa: S314 - our own
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == {one.cell.id for one in (*GOOD, TWICE, NOT_READY)}
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    assert failed == {TWICE.cell.id, NOT_READY.cell.id}
    told = cases[TWICE.cell.id].findtext("failure") or ""
    assert "statement 3 of 3: COMMIT" in told
    assert "insert orders id=7" in told


def test_junit_fails_no_point_of_the_baseline() -> None:
    known = SweepLimits(baseline=frozenset({TWICE.cell}))
    root = ET.fromstring(sweep_junit(sweep_result(TWICE, limits=known)))  # noqa: S314 - our own
    assert [case.find("failure") for case in root.iter("testcase")] == [None]
    assert root.find(".//skipped") is not None


def test_no_file_of_a_sweep_has_a_secret(tmp_path: Path) -> None:
    secrets.remember("k3y-of-this-test")
    leak = cell_result("place-order/1/40001/once", answer="200 after 1 ms: k3y-of-this-test")
    try:
        page = write_sweep(tmp_path / "out", sweep_result(leak))
    finally:
        secrets.forget()
    assert page.name == "sweep.html"
    for file in (tmp_path / "out").iterdir():
        assert "k3y-of-this-test" not in file.read_text("utf-8"), file
