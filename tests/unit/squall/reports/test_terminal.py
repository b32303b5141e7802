"""The terminal: plain where nobody watches, no colour where none is wanted, quiet and verbose."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.gates import log_clean
from squall.gates.findings import not_judged
from squall.gates.verdict import Verdict
from squall.lab.lab_options import LabOptions
from squall.reports.terminal import Terminal
from squall.runner.result import LabFailure
from squall.runner.suite_events import (
    LabFailed,
    LabsReduced,
    RunProgress,
    ScenarioFinished,
    ScenarioStarted,
    SuiteFinished,
    SuiteGroup,
    SuiteResult,
    SuiteStarted,
    TimeLimitReached,
)
from squall.scenario.library import stock
from squall.scenario.selection import Skipped

COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;)[0-9;]*m")


@pytest.fixture(autouse=True)
def no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


GROUP = SuiteGroup(
    scenarios=(), options=LabOptions(profile=replace(REFERENCE, name="shop"), seed=7)
)


def watched(terminal: Terminal, run: Any, *, finish: bool = True) -> None:
    """The events of one outage."""
    lab: Any = None
    scenario = run.scenario
    terminal.progress(ScenarioStarted(at=0.0, group=GROUP, scenario=scenario, lab=lab))
    for event in run.evidence.events:
        terminal.progress(RunProgress(at=0.0, group=GROUP, scenario=scenario, event=event))
    if finish:
        terminal.progress(ScenarioFinished(at=0.0, group=GROUP, run=run, lab=lab))


def finished(terminal: Terminal, at: float = 1.5, **result: Any) -> None:
    """The end of a suite."""
    interrupted = result.pop("interrupted", False)
    event = SuiteFinished(at=at, result=SuiteResult(**result), interrupted=interrupted)
    terminal.progress(event)
    ignored = terminal.summary("squall check --only {name} --seed 7", Path("out"))(event)
    assert ignored is None


def started(terminal: Terminal, *runs: Any) -> None:
    scenarios = [run.scenario for run in runs]
    terminal.progress(SuiteStarted(at=0.0, groups=[replace(GROUP, scenarios=scenarios)]))


def shown(runs: list[Any], capsys: pytest.CaptureFixture[str], **options: bool) -> str:
    terminal = Terminal(**options)
    started(terminal, *runs)
    watched(terminal, runs[0])
    finished(terminal, runs=runs)
    return capsys.readouterr().out


@pytest.fixture
def runs(run: Any, finding: Any) -> list[Any]:
    well = finding("no-duplicate", verdict=Verdict.PASS, reason="none is there twice")
    return [run(), run(name="lost[x]", findings=[finding(), well])]


def test_without_a_terminal_lines_are_plain(
    runs: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(runs, capsys)
    assert "\x1b" not in text
    assert text.startswith("app shop · engine embedded · seed 7\n")
    assert "  reproduce: squall check --only lost[x] --seed 7\n" in text
    assert "  fail availability: 60% were good, not 90%\n" in text
    assert "none is there twice" not in text
    assert re.search(r"^fail: 2 outages in \d+\.\d s · files in out$", text, re.MULTILINE)


def test_a_terminal_gets_colours_unless_they_are_not_wanted(
    runs: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert COLOUR.search(shown(runs, capsys))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not COLOUR.search(shown(runs, capsys))


def test_quiet_is_the_table_and_what_is_not_well(
    runs: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(runs, capsys, quiet=True)
    assert "engine embedded" not in text
    assert "report:" not in text
    assert text.lstrip().startswith("outage")
    assert "reproduce: squall check" in text


def test_verbose_has_every_finding(runs: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(runs, capsys, verbose=True)
    assert "  pass no-duplicate: none is there twice\n" in text
    assert "  pass recovery-time: recovered 0 ms after the heal\n" in text


def test_scenarios_that_run_at_the_same_time_share_one_live_line(
    run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --jobs 2 the first to begin is not always the last to end."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    terminal = Terminal()
    first, second = run(name="one[x]"), run(name="two")
    lab: Any = None
    terminal.progress(ScenarioStarted(at=0, group=GROUP, scenario=first.scenario, lab=lab))
    watched(terminal, second, finish=False)
    assert terminal._line.phases == {
        "one[x]": "steady state", "two": "checking data in the database",
    }  # fmt: skip
    terminal.progress(ScenarioFinished(at=0, group=GROUP, run=first, lab=lab))
    lives = [terminal._line.is_live]
    terminal.progress(ScenarioFinished(at=0, group=GROUP, run=second, lab=lab))
    lives.append(terminal._line.is_live)
    assert lives == [True, False]
    text = capsys.readouterr().out
    assert "two: checking data" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor comes back


def test_an_interruption_takes_the_live_line_away(
    run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    terminal = Terminal()
    watched(terminal, run(), finish=False)
    finished(terminal, interrupted=True)
    text = capsys.readouterr().out
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1


def test_nothing_is_live_where_nobody_watches(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    watched(Terminal(), run(), finish=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("columns", [70, 80, 100, 200])
def test_a_narrow_terminal_cuts_no_word(
    run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    thin = run(name="connection-storm-after-a-restart", findings=[])
    Terminal().table([run(), thin], "squall check --only {name}")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    table = text.split("\n\n")[0]
    assert max(map(len, table.splitlines())) <= columns
    assert "…" not in table
    assert "inconclusive" in table
    assert ("3 cuts" in table) is (columns > 100)


def test_long_sentences_hang_below_their_first_word(
    run: Any, finding: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    long = finding(reason="one word after the other " * 6)
    Terminal().table([run(findings=[long])], "squall check --only {name}")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    lines = text[text.index("\n\ncut\n") :].splitlines()
    assert max(map(len, lines)) <= 60
    assert [line for line in lines if line.startswith("  fail availability: one word")]
    assert [line for line in lines if line.startswith("    ") and "word" in line]


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_commands_are_whole_and_causes_hang_below_their_first_word(
    run: Any,
    finding: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    bad = finding("log-clean", reason="1 x 'ERROR'", code=log_clean.UNHANDLED)
    many = [run(name=f"an-outage-with-a-name-{n}", findings=[bad]) for n in range(5)]
    Terminal().table(many, "squall check --only {name}")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    command = "squall explain answer-503-when-the-database-is-away"
    assert text.count(command) == 4, "in the causes, and in three outages"
    causes = text[text.index("Causes\n") : text.index("reproduce:")].splitlines()[1:]
    assert all(line.startswith(("1. ", "  ")) for line in causes), "\n".join(causes)
    assert max(len(line) for line in causes if command not in line) <= columns


def test_the_longest_stock_outage_fits_80_columns(
    run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    longest = max((outage.name for outage in stock()), key=len)
    Terminal().table([run(name=longest, findings=[])], "squall check --only {name}")
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    row = next(line for line in text.splitlines() if line.startswith(longest))
    assert row.rstrip().endswith("inconclusive")


def test_the_reason_comes_before_the_findings(runs: Any, capsys: Any) -> None:
    text = shown(runs, capsys)
    below = text[text.index("\n\nlost[x]\n") :]
    order = ["  why: ", "  fail ", "  reproduce: "]
    assert sorted(order, key=below.index) == order


def test_a_lab_that_failed_has_a_line_at_once_and_the_whole_reason_at_the_end(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    one = run()
    failure = LabFailure(scenario=one.scenario, reason="Stall() hangs\n  kill it", again=True)
    started(terminal, one)
    terminal.progress(LabFailed(at=0.0, group=GROUP, failure=failure))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == ["  lab failed  cut: Stall() hangs; retrying in a new lab"]
    finished(terminal, runs=[one], failures=[failure, failure])
    text = capsys.readouterr().out
    assert "\nharness cut\n  Stall() hangs\n    kill it\n" in text
    assert text.count("Stall() hangs") == 1


def test_outages_for_which_there_was_no_time_share_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal = Terminal()
    left = [Skipped(scenario=one, reason="not run: too late") for one in stock()[:3]]
    terminal.progress(LabsReduced(at=0.0, left=2))
    terminal.progress(TimeLimitReached(at=0.0, left=left))
    assert capsys.readouterr().out.splitlines() == [
        "one lab less (2 now): the machine was too busy for more",
        "     skipped  3 outages: not run: too late",
    ]


def test_what_is_left_out_leaves_the_whole_unproven(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = LabFailure(scenario=run(name="lost").scenario, reason="gone")
    finished(Terminal(quiet=True), runs=[run()], failures=[failure])
    assert "inconclusive: 1 outage, 1 left out, in 1.5 s" in capsys.readouterr().out


def test_an_interrupted_suite_is_not_called_a_pass(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(quiet=True)
    started(terminal, run(), run(name="lost"), run(name="last"))
    finished(terminal, runs=[run()], interrupted=True)
    assert "inconclusive: 1 outage, 2 not run, in 1.5 s" in capsys.readouterr().out


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202egpj"])
def test_a_terminal_obeys_nothing_that_the_app_or_a_name_says(
    run: Any, finding: Any, capsys: pytest.CaptureFixture[str], hostile: str
) -> None:
    bad = run(name=f"cut {hostile}", findings=[finding(reason=f"it said {hostile}")])
    failure = LabFailure(scenario=bad.scenario, reason=f"{hostile}\n{hostile}")
    terminal = Terminal(verbose=True)
    started(terminal, bad)
    watched(terminal, bad)
    terminal.progress(LabFailed(at=0.0, group=GROUP, failure=failure))
    finished(terminal, runs=[bad], failures=[failure])
    text = capsys.readouterr().out
    assert not [letter for letter in text if letter != "\n" and not letter.isprintable()]


def test_text_that_is_not_ours_is_neither_markup_nor_emoji(
    run: Any, finding: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = run(name="X:key:1", findings=[finding(reason="see [red]:bomb:[/red]")])
    Terminal().table([bad], "squall run ':key: [bold]{name}.yaml'")
    text = capsys.readouterr().out
    assert "see [red]:bomb:[/red]" in text
    assert "  reproduce: squall run ':key: [bold]X:key:1.yaml'\n" in text


def test_causes_come_first_and_outages_alike_are_not_repeated(
    run: Any, finding: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [run(name=f"o{n}", findings=[finding(figures={"during_good": 0.6})]) for n in range(5)]
    text = shown(bad, capsys)
    assert text.index("Causes") < text.index("p95 ms") < text.index("\no0\n")
    assert "1. 5 of 5: " in text
    assert text.count("fail availability") == 3
    assert "2 more outages have the causes above" in text
    assert shown(bad, capsys, verbose=True).count("fail availability") == 5


def test_what_was_not_judged_is_counted_apart_with_the_line_that_judges_it(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    left = [not_judged(f"gate-{n}", "nothing declared", configure="live = 1") for n in range(2)]
    text = shown([run(findings=[*run().findings, *left]), run()], capsys)
    assert "1 gate held, 2 not judged. To judge more, add:" in text
    assert "  live = 1   judges gate-0, gate-1\n" in text


def test_a_terminal_shows_how_much_is_done_and_left(
    run: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    terminal = Terminal()
    started(terminal, run(), run(), run())
    lab: Any = None
    watched(terminal, run(), finish=False)
    terminal.progress(ScenarioFinished(at=10.0, group=GROUP, run=run(), lab=lab))
    watched(terminal, run(), finish=False)
    assert terminal._line.text == "1 of 3, about 20 s left  ·  cut: checking data in the database"
    terminal._line.stop()
    assert "pass" not in capsys.readouterr().out  # the row counts what passed
