"""Sweeps in an inner pytest: the mark, the options, and the text of a failure."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

AGAIN = (
    "pytest '*::test_all' --squall-cell 'place-order/1/40P01/once' --squall-seed 5"
    " --squall-engine embedded --squall-app reference"
)

MADE = """
    from tests.sweep.made_sweep import GOOD, POISONED, TWICE, sweep_result
    from squall.sweeping import sync_sweep_lab
    import dataclasses

    def made(self, wanted):
        print("WANTED", wanted.only, [cell.id for cell in wanted.cells], wanted.exhaustive)
        cells = [*GOOD, TWICE, POISONED]
        cells = [one for one in cells if not wanted.cells or one.cell in wanted.cells]
        cells = [one for one in cells if not wanted.only or one.cell.operation in wanted.only]
        return dataclasses.replace(
            sweep_result(*cells, limits=wanted.limits), reproduce=wanted.reproduce
        )

    sync_sweep_lab.SyncSweepLab.sweep = made
"""
"""The result without a lab: the same cells for each sweep."""

TESTS = """
    import pytest

    @pytest.mark.sweep("read-item")
    def test_of_the_mark(squall):
        assert squall.sweep()

    @pytest.mark.sweep(min_survived=60, exhaustive=True)
    def test_coverage(squall):
        assert squall.sweep()

    def test_all(squall):
        assert squall.sweep()

    @pytest.mark.sweep
    def test_each(squall, operation):
        assert squall.sweep()

    @pytest.mark.sweep(baseline="fault-points.txt")
    def test_baseline(squall):
        assert squall.sweep()

    def test_other(): pass
"""


FAILURE = [
    "E * assert <SweepResult seed *place-order/1/40P01/once: after the heal*",
    "*- squall: fault point place-order/1/40P01/once -*",
    "    operation: place-order, statement 1 of 3: BEGIN",
    "    fault: 40P01: deadlock",
    "    wrong: poisoned: after the heal 6 of 6 place-order requests fail: status 500",
    "    request: POST /orders *500 after 9 ms: oops",
    f"    repeat: {AGAIN}",
    "      insert orders id=7",
    "*- squall: fault point place-order/3/cut_after/once -*",
]


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An inner pytest in a process of its own, without our own ini file and environment."""
    names = ("APP", "FACTORY", "ENGINE", "PROVIDER", "SEED", "ONLY", "CELL", "REQUIRE")
    for name in (f"SQUALL_{name}" for name in names):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SQUALL_APP", "reference")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    return pytester


@pytest.fixture
def made(inner: pytest.Pytester) -> pytest.Pytester:
    """The same, with results that are made by hand."""
    inner.makeconftest(MADE)
    inner.makepyfile(TESTS)
    (inner.path / "fault-points.txt").write_text(
        "place-order/3/cut_after/once\nplace-order/1/40P01/once\n"
    )
    return inner


def test_the_mark_says_what_is_swept_and_a_failure_tells_all_of_it(made: pytest.Pytester) -> None:
    result = made.runpytest_subprocess("--squall-seed", "5", "-rA", "--strict-markers")
    result.assert_outcomes(passed=5, failed=2)
    result.stdout.fnmatch_lines_random(
        [
            "PASSED *::test_of_the_mark",
            "PASSED *::test_coverage",
            "PASSED *::test_baseline",
            "PASSED *::test_each[[]read-item[]]",
            "FAILED *::test_each[[]place-order[]] - ∞ place-order/1/40P01/once: after the heal 6*",
            "FAILED *::test_all - ∞ place-order/1/40P01/once: after the heal 6 of 6*",
            "WANTED ('read-item',) [[][]] False",
            "WANTED () [[][]] True",
            "*= squall sweep =*",
            "fail  fault points 5: survived 2, refused well 1, failed 2*",
            "pass  fault points 1: survived 1*",
        ]
    )
    result.stdout.fnmatch_lines(FAILURE)
    result.stdout.no_fnmatch_line("*Traceback*")
    pages = list(made.path.glob(".squall/runs/*/sweep-*/sweep.html"))
    assert len(pages) == 6
    result.stdout.fnmatch_lines_random([f"  *{page.parent.name}/sweep.html" for page in pages])
    _, *command = shlex.split(
        next(line for line in result.outlines if "test_all' --squall-cell" in line).split(": ")[1]
    )
    again = made.runpytest_subprocess(*command)
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["WANTED () [[]'place-order/1/40P01/once'[]] False"])


def test_a_cell_deselects_what_does_not_sweep_it(made: pytest.Pytester) -> None:
    cell = ("--squall-cell", "place-order/3/cut_after/once")
    result = made.runpytest_subprocess("-rs", *cell)
    result.assert_outcomes(passed=1, failed=3, skipped=2, deselected=1)
    result.stdout.fnmatch_lines(["SKIPPED*no fault point of this test is chosen*"])


def test_a_wrong_setting_is_one_message(inner: pytest.Pytester) -> None:
    inner.makepyfile("""
        import pytest

        @pytest.mark.sweep("read-item", baselin="x")
        def test_a(squall):
            assert squall.sweep()

        @pytest.mark.sweep("read-item", baseline="x")
        def test_b(squall):
            assert squall.sweep()
    """)
    result = inner.runpytest_subprocess()
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines_random(
        ["*pytest.mark.sweep has no 'baselin'*", "*--baseline *x: No such file*write one with*"]
    )


@pytest.mark.scenario
@pytest.mark.timeout(120)
def test_a_defect_fails_the_test_and_the_same_point_of_the_reference_does_not(
    inner: pytest.Pytester,
) -> None:
    source = ROOT / "tests/broken_apps/status_500.py"
    (inner.path / "broken_app.py").write_text(source.read_text("utf-8"), "utf-8")
    # Its API and its migrations are those of the reference app.
    (inner.path / "pyproject.toml").write_text('[tool.squall]\napp = "reference"\n', "utf-8")
    inner.makepyfile("def test_sweep(squall):\n    assert squall.sweep()\n")
    cells = ("--squall-seed", "5", "--squall-cell", "place-order/1/57014/once")
    inner.runpytest_subprocess(*cells).assert_outcomes(passed=1)
    broken = ("--squall-app", "broken_app:create_app", "--squall-factory", "true")
    result = inner.runpytest_subprocess(*cells, *broken)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- squall: fault point place-order/1/57014/once -*"])
