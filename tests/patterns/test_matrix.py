"""Patterns are judged side by side: what fails, what ends at its start, what cannot be tried."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from squall.core.events import BackendsSampled
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence
from squall.runner.run import Run
from squall.scenario.library import stock
from squall_proof.patterns import throughput
from squall_proof.patterns.matrix_figures import figures_of
from squall_proof.patterns.matrix_markdown import BEGIN, END
from squall_proof.patterns.pattern_gallery import GALLERY, Pattern
from squall_proof.patterns.pattern_matrix import Cell, PatternPlan, measure, untold
from squall_proof.patterns.throughput import SteadyReads, better, steady

OUTAGES = ("commit-reply-lost", "slow-network")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patterns under two outages, by the command."""
    home = tmp_path_factory.mktemp("matrix")
    (home / "page.md").write_text(f"# Page\n{BEGIN}\n{END}\n", "utf-8")
    words = [word for name in OUTAGES for word in ("--outages", name)]
    words += ["--only", "timeouts_and_retries", "--only", "reference"]
    words += ["--jobs", "2", "--seed", "1", "--no-throughput", "--docs", str(home / "page.md")]
    done = subprocess.run(
        [sys.executable, "-m", "squall_proof", "patterns", *words, "--output", str(home / "out")],
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.mark.scenario
def test_blind_retries_order_twice_and_the_reference_does_not(made: Path) -> None:
    table = json.loads((made / "out/matrix.json").read_text("utf-8"))
    cells = {(cell["pattern"], cell["outage"]): cell for cell in table["cells"]}
    assert len(cells) == 4
    twice = {
        name: [failed["gate"] for failed in cells[name, "commit-reply-lost"]["failed"]]
        for name in ("timeouts_and_retries", "reference")
    }
    assert twice["timeouts_and_retries"][0] == "no-duplicate"
    assert "no-duplicate" not in twice["reference"]


@pytest.mark.scenario
def test_every_rendering_is_written_with_a_report_for_each_run(made: Path) -> None:
    out = made / "out"
    assert (out / "matrix.html").read_text("utf-8").startswith("<!doctype html>")
    assert (out / "matrix.md").read_text("utf-8") in (made / "page.md").read_text("utf-8")
    reports = {str(file.relative_to(out)) for file in out.glob("*/*/report.html")}
    names = ("timeouts_and_retries", "reference")
    assert reports == {f"{name}/{outage}/report.html" for name in names for outage in OUTAGES}


@pytest.mark.scenario
async def test_an_app_that_ends_at_its_start_is_a_result() -> None:
    heard: list[Cell] = []
    plan = PatternPlan(
        patterns=[Pattern(name="not_there", title="no such module")],
        outages=[outage for outage in stock() if outage.name == "slow-network"],
        seed=1,
        throughput=False,
        on_cell=lambda cell, _lab: heard.append(cell),
    )
    matrix = await measure(plan)
    assert list(matrix.cells) == heard
    figures = figures_of(matrix.cells[0])
    assert figures.verdict == "ended"
    assert "the app squall_patterns.not_there:app ended with exit code" in (
        figures.failed[0].reason
    )


async def test_what_cannot_be_tried_is_skipped_with_its_reason() -> None:
    pattern = Pattern(name="far", title="needs more", needs=("no_such_module",))
    plan = PatternPlan(patterns=[pattern], outages=stock()[:1], seed=1)
    matrix = await measure(plan)
    assert (matrix.patterns, matrix.cells, matrix.steady) == ([], [], [])
    reason = "no_such_module is missing; install it with: pip install 'squall[patterns]'"
    assert matrix.skipped == [(pattern, reason)]


@pytest.mark.parametrize(("answer", "quick"), [("200 OK", True), ("500 No", False)])
async def test_only_good_answers_count_as_speed(
    answer: str, quick: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "WARM_SECONDS", 0.0)
    monkeypatch.setattr(throughput, "ROUND_SECONDS", 0.1)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 2\r\n\r\nok".encode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        found = await steady("stub", _lab(server.sockets[0].getsockname()[1]))
    assert found.per_second is not None
    assert (found.per_second > 100) is quick
    assert found.connections == 7


def _lab(port: int) -> Any:
    async def sample() -> BackendsSampled:
        return BackendsSampled(at=0.0, total=7, active=0, idle=7, idle_in_transaction=0)

    return SimpleNamespace(
        app=SimpleNamespace(host="127.0.0.1", port=port), observer=SimpleNamespace(sample=sample)
    )


def test_the_better_of_two_measures_is_kept() -> None:
    none = SteadyReads(pattern="a", trouble="the app ended")
    slow, quick = SteadyReads(pattern="a", per_second=1.0), SteadyReads(pattern="a", per_second=2.0)
    assert [better(none, slow), better(quick, slow), better(none, none)] == [slow, quick, none]


@pytest.mark.parametrize(
    ("calm", "kept_up", "telling"),
    [("pass", "pass", None), ("inconclusive", "pass", 0), ("pass", "inconclusive", 1)],
)
def test_a_run_on_a_machine_that_was_too_busy_says_nothing(
    calm: str, kept_up: str, telling: int | None
) -> None:
    findings = [
        Finding(gate="steady-state", verdict=Verdict(calm), reason=""),
        Finding(gate="generator-kept-up", verdict=Verdict(kept_up), reason=""),
        Finding(gate="no-duplicate", verdict=Verdict.FAIL, reason=""),
    ]
    outage = stock()[0]
    evidence = Evidence(ops=(), events=(), final_state=None, contract=Contract(deadline_seconds=1))
    run = Run(
        scenario=outage, seed=1, engine="embedded", evidence=evidence, findings=tuple(findings)
    )
    assert untold(run) is (None if telling is None else findings[telling])
    figures = figures_of(Cell(pattern=GALLERY[0], outage=outage, run=run))
    expected = "no-duplicate" if telling is None else findings[telling].gate
    assert [failed.gate for failed in figures.failed] == [expected]
    assert figures.verdict == ("fail" if telling is None else "inconclusive")
