"""The matrix as Markdown, HTML, JSON and terminal table, from figures made by hand."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console
from squall.core.errors import UsageError
from squall.gates.registry import standard_gates
from squall.gates.verdict import Finding, Severity, Verdict
from squall.reports.serialization import from_json_data, to_json_data
from squall_proof.patterns import matrix_labels as words
from squall_proof.patterns.matrix_figures import MatrixTable, ranked
from squall_proof.patterns.matrix_html import html
from squall_proof.patterns.matrix_markdown import BEGIN, END, check_page, markdown, rewrite
from squall_proof.patterns.matrix_terminal import MatrixTerminal

MARKDOWN = """\
Made by `python -m squall_proof patterns --seed 1` on 2 cores.

| pattern | survived | reads/s in calm | connections in calm |
|---|---|---|---|
| `good` | 1 of 2 | 1000 | 5 |
| `bad` | 0 of 2 | - | 5 |

| pattern | cut | calm |
|---|---|---|
| `good` | ✓ | ? steady-state |
| `bad` | ✗ no-duplicate +1 | ✗ ended |

Not tried: `far`: pgbouncer is missing; install it with: apt install pgbouncer.

### cut

The line is cut.

| pattern | failed | recovery | good during | good after | p95 during | p95 after | connections |
|---|---|---|---|---|---|---|---|
| `good` | ✓ | 0 ms | 50% | 100% | 12 ms | 3 ms | 5 |
| `bad` | no-duplicate, recovery-time | not seen | 0% | 25% | 4000 ms | - | 15 |

### calm

A | B <b>.

| pattern | failed | recovery | good during | good after | p95 during | p95 after | connections |
|---|---|---|---|---|---|---|---|
| `good` | steady-state | - | - | - | - | - | - |
| `bad` | ended | - | - | - | - | - | - |
"""


def test_markdown_has_the_verdicts_the_figures_and_what_was_not_tried(table: MatrixTable) -> None:
    assert markdown(table) == MARKDOWN


def test_a_page_keeps_what_stands_around_the_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\nThe end.\n", "utf-8")
    rewrite(page, "new\n")
    assert page.read_text("utf-8") == f"# Title\n\n{BEGIN}\n\nnew\n\n{END}\n\nThe end.\n"


@pytest.mark.parametrize(
    "text", ["no markers", f"{END}\n{BEGIN}", BEGIN, f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"]
)
def test_a_page_without_its_two_markers_is_refused_and_not_touched(
    text: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=re.escape(BEGIN)):
        check_page(page)
    with pytest.raises(UsageError):
        rewrite(page, "new")
    assert page.read_text("utf-8") == text


def test_a_page_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        check_page(tmp_path / "none.md")


def test_the_page_is_self_contained_and_escapes_every_text(table: MatrixTable) -> None:
    page = html(table)
    assert "&lt;2 s&gt;" in page
    assert "A | B &lt;b&gt;." in page
    assert "<b>." not in page
    assert re.findall(r"""(?:src|href)=["'](?!#|data:|good/|bad/)""", page) == []
    assert "http" not in re.sub(r"<meta http-equiv", "", page)
    assert "<script" not in page


def test_the_page_links_each_run_and_names_each_reason(table: MatrixTable) -> None:
    page = html(table)
    assert re.findall(r'<a href="([^"]+\.html)">([^<]+)</a>', page) == [
        ("good/cut/report.html", "✓"),
        ("bad/cut/report.html", "✗ no-duplicate +1"),
    ]
    for cell in table.cells:
        for failed in cell.failed:
            assert f"<b>{failed.gate}</b>" in page


def test_figures_survive_json(table: MatrixTable) -> None:
    again = from_json_data(
        MatrixTable, json.loads(json.dumps(to_json_data(table))), where="matrix.json"
    )
    assert again == table


def test_the_terminal_numbers_the_outages(table: MatrixTable) -> None:
    out = io.StringIO()
    MatrixTerminal(Console(file=out, width=100), quiet=True).table(table)
    rows = [" ".join(re.sub("[│┃]", " ", line).split()) for line in out.getvalue().splitlines()]
    assert rows[0] == "pattern survived reads/s 1 2"
    assert rows[2:] == [
        "good 1 of 2 1000 ✓ ?",
        "bad 0 of 2 - ✗ ✗",
        "1 cut",
        "2 calm",
        "skipped far: pgbouncer is missing; install it with: apt install pgbouncer",
    ]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"log-clean": "fail", "no-duplicate": "fail"}, ["no-duplicate", "log-clean"]),
        ({"unheard-of": "fail", "error-contract": "fail"}, ["error-contract", "unheard-of"]),
        ({"faults-bit": "inconclusive", "log-clean": "fail"}, ["log-clean"]),
        ({"faults-bit": "inconclusive", "log-clean": "pass"}, ["faults-bit"]),
        ({"log-clean": "pass"}, []),
    ],
)
def test_the_gravest_failure_comes_first(verdicts: dict[str, str], expected: list[str]) -> None:
    severity = {gate.name: gate.severity for gate in standard_gates()}
    findings = [
        Finding(
            gate=name,
            verdict=Verdict(word),
            reason="",
            severity=severity.get(name, Severity.OTHER),
        )
        for name, word in verdicts.items()
    ]
    assert [failed.gate for failed in ranked(findings)] == expected


def test_words_of_what_was_not_measured(table: MatrixTable) -> None:
    cell = table.cell("good", "calm")
    assert words.recovery(cell) == words.share(cell.good_during) == words.time(None) == "-"
