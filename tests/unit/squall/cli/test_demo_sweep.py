"""The last lines of the demo: a sweep of the reference app, bounded in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from squall.cli import demo
from squall.core.errors import ExitCode
from squall.lab.lab_options import LabOptions
from squall.sweeping.sweep_result import SweepResult
from squall.sweeping.sweeper import SweepOptions

from tests.sweep.made_sweep import GOOD, TWICE, sweep_result

NOTE = "31 fault points were not run: the time limit is 12 s"


@pytest.fixture
def wanted() -> list[SweepOptions]:
    """What the sweep was asked for; empty if there was none."""
    return []


def run_demo(
    monkeypatch: pytest.MonkeyPatch,
    wanted: list[SweepOptions],
    result: SweepResult,
    outages: ExitCode,
    words: Sequence[str],
) -> Result:
    """The demo without a lab."""

    async def run_sweep(_options: LabOptions, options: SweepOptions) -> SweepResult:
        wanted.append(options)
        return replace(result, reproduce=options.reproduce)

    monkeypatch.setattr(demo, "run_sweep", run_sweep)
    monkeypatch.setattr(demo, "run_suite_command", lambda *_: outages)
    return CliRunner().invoke(demo.demo, [*words, "--seed", "5"], standalone_mode=False)


def test_the_last_lines_have_the_figures_and_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wanted: list[SweepOptions]
) -> None:
    result = sweep_result(*GOOD, notes=[NOTE])
    done = run_demo(monkeypatch, wanted, result, ExitCode.PASS, ["--output", str(tmp_path)])
    assert done.return_value == ExitCode.PASS
    lines = done.output.splitlines()
    place = lines.index(result.headline)
    assert lines[place - 1] == NOTE
    assert lines[place + 1] == str(tmp_path / "sweep" / "sweep.html")
    assert (tmp_path / "sweep" / "sweep.html").is_file()
    assert [one.seconds for one in wanted] == [demo.SWEEP_SECONDS]
    assert demo.SWEEP_SECONDS <= 15


@pytest.mark.parametrize(
    ("outages", "failed", "code"),
    [
        (ExitCode.PASS, True, ExitCode.FAIL),
        (ExitCode.FAIL, False, ExitCode.FAIL),
        (ExitCode.INCONCLUSIVE, True, ExitCode.INCONCLUSIVE),
    ],
)
def test_a_failing_fault_point_fails_the_demo_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    wanted: list[SweepOptions],
    outages: ExitCode,
    failed: bool,
    code: ExitCode,
) -> None:
    result = sweep_result(*GOOD, *([TWICE] if failed else []))
    done = run_demo(monkeypatch, wanted, result, outages, ["--output", str(tmp_path)])
    assert done.return_value == code
    repeat = "repeat: squall sweep --app reference --seed 5 --cell place-order/3/cut_after/once"
    assert (repeat in done.output) is failed


def test_a_part_of_the_outages_is_shown_without_a_sweep(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wanted: list[SweepOptions]
) -> None:
    words = ["--output", str(tmp_path), "--only", "slow-network"]
    run_demo(monkeypatch, wanted, sweep_result(*GOOD), ExitCode.PASS, words)
    assert wanted == []
