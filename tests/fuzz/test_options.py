"""Options with odd values: one message and an exit code, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from squall.cli.main import exit_code_of, squall

VERBS = (
    ("check", "--list"), ("outages",), ("faults",), ("gates",), ("explain",), ("runs",),
    ("report",),
    ("recheck",), ("compare",), ("status",), ("heal",), ("inject",),
    ("clean", "--help"), ("merge",),
)  # fmt: skip
"""They start no lab, whatever they are given."""

VALUES = (
    "", " ", "-1", "0", "nan", "inf", "1e999", "9" * 400, "x", "x:y", "a b", "=", "A=", "=b", "A=b",
    "\x1b[2J", "\u202eabc", "../..", "/dev/zero", "/proc/self/mem", "{port}", "{", "}{", "%s",
    "http://[", "http://user:pw@h:99999/", "p95 during <= 3x before", "p95 during <= nan ms",
    "--", "-",
    "smoke", "slow-network", "network.latency", "latency_ms=1e9", "share=nan", "a" * 70_000,
)  # fmt: skip


def options_of(verb: str) -> list[str]:
    """The long names of a command's options."""
    command = squall.get_command(click.Context(squall), verb)
    assert command is not None
    return [name for one in command.params for name in one.opts if name.startswith("--")]


def words(draws: random.Random) -> list[str]:
    first = draws.choice(VERBS)
    given = list(first)
    known = options_of(first[0])
    for _ in range(draws.randint(0, 3)):
        if known and draws.random() < 0.7:
            given.append(draws.choice(known))
        given.append(draws.choice(VALUES))
    return given


def fuzz(capsys: Any, count: int, seed: int) -> dict[int, int]:
    """Exit codes, and how often each came."""
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    codes: dict[int, int] = {}
    for number in range(count):
        given = words(draws)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["squall", *given])
            try:
                code = exit_code_of(squall)
            except SystemExit as left:
                code = int(left.code or 0)
            except Exception as error:
                raise AssertionError(f"seed {seed}, number {number}: {given}") from error
        said = "".join(capsys.readouterr())
        assert "internal error" not in said, f"seed {seed}, number {number}: {given}\n{said}"
        assert "\x1b[2J" not in said, given
        codes[code] = codes.get(code, 0) + 1
    return codes


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this repository is configured, and nobody opens a browser."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER", "true")


def test_some_odd_options(capsys: pytest.CaptureFixture[str]) -> None:
    codes = fuzz(capsys, 80, seed=2)
    assert codes.get(4, 0) > 25, codes
    assert set(codes) <= {0, 3, 4, 5}, codes


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_very_many_odd_options(capsys: pytest.CaptureFixture[str], seed: int, count: int) -> None:
    codes = fuzz(capsys, count, seed)
    with capsys.disabled():
        print(f"{count} command lines: exit codes {codes}")  # noqa: T201 - the note


def test_a_planted_bug_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*_: Any, **__: Any) -> int:
        return int("no number")

    command = squall.get_command(click.Context(squall), "explain")
    assert command is not None
    monkeypatch.setattr(command, "callback", careless)
    with pytest.raises(AssertionError, match="seed 2, number"):
        fuzz(capsys, 80, seed=2)


def test_the_runner_is_the_programs(tmp_path: Path) -> None:
    """The verbs above exist."""
    for verb, *_ in VERBS:
        assert CliRunner().invoke(squall, [verb, "--help"]).exit_code == 0, tmp_path
