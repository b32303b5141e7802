"""``squall check`` with several versions starts itself once for each pair."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from squall.cli import version_matrix
from squall.cli.check import check
from squall.core.errors import ExitCode, LabError, UsageError
from squall.lab.providers.process import postgres_binaries

THERE = ("15", "18")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The command lines of the pairs; each leaves an empty verdict."""
    lines: list[list[str]] = []

    def run(words: Sequence[str]) -> int:
        lines.append(list(words))
        home = Path(words[words.index("--output") + 1])
        home.mkdir(parents=True)
        (home / "verdict.json").write_text(
            json.dumps({"squall": "verdict", "version": 1, "outages": []})
        )
        return int(ExitCode.PASS)

    def find(version: str = "") -> Path:
        if version not in THERE:
            raise LabError(f"no PostgreSQL {version}; apt-get install it")
        return tmp_path

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SQUALL_POSTGRES", raising=False)
    monkeypatch.setattr(version_matrix, "_run", run)
    monkeypatch.setattr(postgres_binaries, "find", find)
    return lines


def invoke(*words: str) -> Result:
    return CliRunner().invoke(check, words, standalone_mode=False, catch_exceptions=False)


def test_each_version_has_its_command_with_the_same_seed(
    started: list[list[str]], tmp_path: Path
) -> None:
    done = invoke("reference", "--postgres=15,18", "--only", "slow-network", "--output", "out")
    assert done.return_value == ExitCode.PASS
    first, second = started
    assert first[:5] == ["check", "reference", "--only", "slow-network", "--postgres"]
    assert first[5] == "15"
    assert first[-2:] == ["--output", str(Path("out/postgres-15"))]
    seeds = {line[line.index("--seed") + 1] for line in (first, second)}
    assert len(seeds) == 1
    assert (tmp_path / "out/versions.html").is_file()


def test_a_version_that_is_missing_is_named_and_not_green(started: list[list[str]]) -> None:
    done = invoke("reference", "--postgres", "14,15", "--output", "out")
    assert done.return_value == ExitCode.INCONCLUSIVE
    assert "PostgreSQL 14: inconclusive: no PostgreSQL 14; apt-get install it" in done.output
    assert len(started) == 1


def test_pairs_of_both(started: list[list[str]]) -> None:
    own = ".".join(map(str, sys.version_info[:2]))
    done = invoke("x:y", "--postgres", "15,18", "--python", f"{own},3.9", "--output", "out")
    assert done.return_value == ExitCode.INCONCLUSIVE
    assert [line[line.index("--python") + 1] for line in started] == [own, own]
    assert "PostgreSQL 18, Python 3.9: inconclusive: no environment with Python 3.9" in done.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--postgres", "15,15"), "give each version once"),
        (("--postgres", "15,latest"), "give a major version"),
        (("--postgres", "15,"), "give a major version"),
        (("--python", "3.11,3.11"), "give each version once"),
    ],
)
def test_a_wrong_list_is_refused(
    started: list[list[str]], words: tuple[str, ...], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        invoke("reference", *words)
    assert not started


@pytest.mark.usefixtures("started")
def test_a_pair_that_was_used_wrongly_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_matrix, "_run", lambda _words: ExitCode.USAGE)
    assert invoke("reference", "--postgres", "15,18", "--output", "o").return_value == 4
