"""A run as a comment: the cause first, then the table; never too long, and it calls nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from squall.cli.main import squall
from squall.core.errors import UsageError
from squall.reports.markdown_summary import COMMENT_BYTES, comment
from squall.runner.result import LabFailure, NotRun


def printed(*words: object) -> str:
    result = CliRunner().invoke(squall, ["report", *map(str, words)], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_the_cause_comes_before_the_table(run: Any, finding: Any, stored: Any) -> None:
    bad = [finding("no-duplicate", figures={"duplicated": 2})]
    text = printed(stored(run(), *(run(name=n, findings=bad) for n in "ab")), "--format", "md")
    assert text.startswith("## ❌ Squall: fail\n\n1 of 3 outages passed.\n")
    cause, table, details = (
        text.index(part)
        for part in ("1. **2 of 2: a repeated write is applied twice**", "| outage |", "### a")
    )
    assert cause < table < details
    assert "<details>" not in text


def test_one_failure_alone_is_a_cause(run: Any, finding: Any, stored: Any) -> None:
    text = printed(stored(run(), run(name="lost", findings=[finding()])), "--format", "md")
    assert text.index("**availability: 60% were good, not 90%.**") < text.index("| outage |")


def test_a_sound_run_is_a_table(run: Any, stored: Any) -> None:
    text = printed(stored(run()), "--format", "md")
    assert text.startswith("## ✅ Squall: pass\n\n1 of 1 outages passed.\n\n| outage |")


def test_one_outage_of_a_run_has_its_own(run: Any, stored: Any) -> None:
    assert "| cut |" in printed(stored(run(), run(name="lost")) / "cut", "--format", "md")


@pytest.mark.parametrize("count", [1, 300])
def test_it_fits_into_a_comment_and_says_what_is_left_out(
    run: Any, finding: Any, reported: Any, count: int
) -> None:
    one = run(findings=[finding(reason="ä" * 1000)])
    lost = [
        LabFailure(scenario=run(name=f"lost-{n}").scenario, reason="ö" * 500) for n in range(200)
    ]
    text = comment([reported(one)] * count, NotRun(broken=lost))
    assert COMMENT_BYTES - 3_000 < len(text.encode()) <= COMMENT_BYTES
    assert "| cut |" in text
    note = " more parts are left out: a comment holds no more; the run directory has everything.\n"
    assert text.endswith(note)


def test_one_enormous_part_does_not_take_the_table_with_it(
    run: Any, finding: Any, reported: Any
) -> None:
    text = comment([reported(run(findings=[finding(reason="x" * 70_000)])), reported(run())])
    assert "| cut | ✅ pass |" in text
    assert "2 more parts are left out" in text


def test_it_calls_nobody_and_has_no_tags(run: Any, finding: Any, reported: Any) -> None:
    evil = finding(reason="@everyone <img src=x> [a](javascript:b) | `c`")
    text = comment([reported(run(name="@team", findings=[evil]))])
    assert "@everyone" not in text
    assert "@team" not in text
    assert "<img" not in text
    assert "[a](" not in text.replace("\\[a\\](", "")


def test_open_and_markdown_exclude_each_other(run: Any, stored: Any) -> None:
    with pytest.raises(UsageError, match="leave out --format md"):
        printed(stored(run()), "--format", "md", "--open")


def test_what_is_no_run_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"verdict\.json: cannot be read"):
        printed(tmp_path, "--format", "md")
