"""Annotations worst first and few; a summary that GitHub does not refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from squall.gates.verdict import Verdict
from squall.reports import github
from squall.reports.markdown_summary import SUMMARY_BYTES, summary
from squall.runner.result import LabFailure, NotRun
from squall.scenario.selection import Skipped


def test_annotations_are_the_worst_first(run: Any, finding: Any, reported: Any) -> None:
    thin = finding(
        "faults-bit",
        verdict=Verdict.INCONCLUSIVE,
        code="fault-never-bit",
        reason="never bit: 100% idle",
    )
    runs = [reported(run(findings=[thin])), reported(run(name="lost", findings=[finding()]))]
    again = "%0Areproduce: squall check --only cut --seed 7"
    where = (
        "%0Alikely remedy: Use the address that is given"
        " (squall explain use-the-address-that-is-given)"
    )
    assert github.workflow_commands(runs) == [
        "::error title=squall%3A lost%3A availability::60%25 were good, not 90%25" + again,
        "::warning title=squall%3A cut%3A faults-bit::never bit: 100%25 idle" + where + again,
    ]


@pytest.mark.parametrize(("findings", "lines"), [(10, 10), (11, 10), (40, 10)])
def test_there_are_at_most_ten_and_the_last_counts_the_rest(
    run: Any, finding: Any, reported: Any, findings: int, lines: int
) -> None:
    many = [finding(f"gate-{number}") for number in range(findings)]
    commands = github.workflow_commands([reported(run(findings=many))])
    assert len(commands) == lines
    if findings > lines:
        left = f"::notice title=squall::{findings - 9} more findings are in the job summary"
        assert commands[-1] == left


def test_a_reason_cannot_speak_to_the_runner(run: Any, finding: Any, reported: Any) -> None:
    evil = finding("x,file=/etc/passwd", reason="a\r\n::stop-commands::now")
    (command,) = github.workflow_commands([reported(run(name="a::b", findings=[evil]))])
    assert "\n" not in command
    assert command.startswith("::error title=squall%3A a%3A%3Ab%3A x%2Cfile=/etc/passwd::a%0D%0A::")


def test_the_summary_is_a_table_then_what_is_not_well(
    run: Any, finding: Any, reported: Any
) -> None:
    runs = [reported(run()), reported(run(name="lost", findings=[finding(reason="a | b <i>")]))]
    assert summary(runs).splitlines() == [
        "## ❌ Squall: fail",
        "",
        "1 of 2 outages passed.",
        "",
        "| outage | verdict | effect | errors | p95 ms before / during / after | recovery |",
        "|---|---|---|---:|---:|---:|",
        "| lost | ❌ fail | 3 cuts | 0% | 5 / 5 / 5 | - |",
        "| cut | ✅ pass | 3 cuts | 0% | 5 / 5 / 5 | 0 ms |",
        "",
        "### lost",
        "",
        "availability: a \\| b &lt;i&gt;.",
        "",
        "- ❌ **availability**: a \\| b &lt;i&gt;",
        "",
        "<pre>squall check --only cut --seed 7</pre>",
    ]


def test_a_remedy_is_told_once_however_many_outages_it_helps_against(
    run: Any, finding: Any, reported: Any
) -> None:
    slow = finding("answered-in-time", verdict=Verdict.INCONCLUSIVE, reason="too few")
    text = summary([reported(run(name=name, findings=[slow])) for name in ("a", "b")])
    assert text.count("**Likely remedy:** When a run proves nothing (`squall explain") == 2
    assert text.count("<details><summary>When a run proves nothing</summary>") == 1
    assert text.count("<details>") == text.count("</details>") == 1


def test_the_summary_begins_with_causes(run: Any, finding: Any, reported: Any) -> None:
    bad = [finding("no-duplicate", figures={"duplicated": 2})]
    text = summary([reported(run(name=name, findings=bad)) for name in ("a", "b")])
    assert text.index("**2 of 2: a repeated write is applied twice**") < text.index("| outage |")
    assert "<br>a, b\n" in text


def test_a_summary_too_long_is_cut_between_parts_and_says_so(
    run: Any, finding: Any, reported: Any
) -> None:
    one = run(findings=[finding(reason="ä" * 400)])
    many = [reported(one) for _ in range(700)]
    text = summary(many)
    assert SUMMARY_BYTES - 2000 < len(text.encode()) <= SUMMARY_BYTES
    assert text.endswith(" more parts are left out: the summary is at GitHub's limit.\n")
    left = int(text.splitlines()[-1].split()[0])
    assert text.count("### cut") + left == 700


def test_the_summary_is_added_to_the_steps_file(
    run: Any, finding: Any, reported: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("begun by another command\n")
    runs = [reported(run(findings=[finding()]))]
    github.announce(runs, NotRun(), {"GITHUB_STEP_SUMMARY": str(file)})
    assert file.read_text() == "begun by another command\n" + summary(runs)
    assert capsys.readouterr().out.startswith("::error title=squall")


def test_a_full_file_is_left_alone(run: Any, reported: Any, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("x" * (SUMMARY_BYTES - 10))
    github.append_summary(file, [reported(run())])
    assert file.stat().st_size == SUMMARY_BYTES - 10


def test_without_a_step_nothing_is_written(
    run: Any, reported: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    github.announce([reported(run())], NotRun(), {})
    assert capsys.readouterr().out == ""


def test_a_file_that_is_half_full_gets_what_fits(
    run: Any, finding: Any, reported: Any, tmp_path: Path
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("x" * (SUMMARY_BYTES - 3000))
    many = [reported(run(findings=[finding(reason="y" * 400)])) for _ in range(100)]
    github.append_summary(file, many)
    assert SUMMARY_BYTES - 1000 < file.stat().st_size <= SUMMARY_BYTES
    assert file.read_text().endswith("parts are left out: the summary is at GitHub's limit.\n")


def test_a_lab_that_broke_is_an_annotation(
    run: Any, reported: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = LabFailure(scenario=run(name="lost").scenario, reason="it hangs\nkill it")
    github.announce([reported(run())], NotRun(broken=[broken]), {})
    told = "::error title=squall%3A lost%3A the lab failed::it hangs%0Akill it\n"
    assert capsys.readouterr().out == told


def test_the_summary_counts_what_broke_and_tells_what_was_not_run(run: Any, reported: Any) -> None:
    lost = LabFailure(scenario=run(name="lost").scenario, reason="it hangs\nkill it")
    idle = Skipped(scenario=run(name="idle").scenario, reason="nothing | is ever idle")
    told = summary([reported(run())], NotRun(broken=[lost], skipped=[idle]))
    assert told.startswith("## ⚠️ Squall: inconclusive\n\n1 of 2 outages passed.\n")
    assert "- **lost**, the lab failed: it hangs\n" in told
    assert "- **idle**, not run: nothing \\| is ever idle\n" in told
