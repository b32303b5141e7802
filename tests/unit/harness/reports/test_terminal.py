"""The terminal: plain where nobody watches, no colour where none is wanted, quiet and verbose."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness.checkers.verdict import Verdict
from harness.reports.terminal import Terminal
from harness.scenario.library import stock
from harness.scenario.outcome import Broken

COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;)[0-9;]*m")


@pytest.fixture(autouse=True)
def no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def shown(runs: list[Any], capsys: pytest.CaptureFixture[str], **options: bool) -> str:
    terminal = Terminal(**options)
    terminal.begin(7, "embedded", "shop")
    with terminal.watching(runs[0].scenario) as listener:
        for event in runs[0].evidence.events:
            listener(event)
    terminal.finished(runs[0])
    terminal.table(runs, "squall check --only {name} --seed 7")
    terminal.end(runs, Path("out"))
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
    assert "  again: squall check --only lost[x] --seed 7\n" in text
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
    assert "again: squall check" in text


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
    first, second = (terminal.watching(run(name=name).scenario) for name in ("one[x]", "two"))
    first.__enter__()
    listener = second.__enter__()
    for event in run().evidence.events:
        listener(event)
    assert terminal._phases == {"one[x]": "steady state", "two": "reading the truth"}
    first.__exit__(None, None, None)
    lives = [terminal._live is not None]
    second.__exit__(None, None, None)
    lives.append(terminal._live is not None)
    assert lives == [True, False]
    text = capsys.readouterr().out
    assert "two: reading the truth" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor comes back


def test_nothing_is_live_where_nobody_watches(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal().watching(run().scenario) as listener:
        for event in run().evidence.events:
            listener(event)
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
    assert below.index("  why: ") < below.index("  fail ") < below.index("  again: ")


def test_a_lab_that_broke_is_told_at_once_in_a_line_and_at_the_end_in_full(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(quiet=False, verbose=False)
    healed = Broken(scenario=run().scenario, reason="Stall() hangs\n  kill it", again=True)
    terminal.broke(healed)
    terminal.broken([healed, healed])
    assert capsys.readouterr().out.splitlines() == [
        "      broken  cut: Stall() hangs; once more in a new lab",
        "",
        "harness cut",
        "  Stall() hangs",
        "    kill it",
    ]


def test_what_is_left_out_leaves_the_whole_unproven(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(quiet=True, verbose=False).end([run()], Path("out"), left_out=2)
    assert "inconclusive: 1 outage, 2 left out, in " in capsys.readouterr().out
