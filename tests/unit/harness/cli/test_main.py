"""Errors become exit codes in one place, in words and without a traceback."""

from __future__ import annotations

import asyncio

import click
import pytest

from faults import InjectionFailed
from harness.cli import main as module
from harness.core.errors import LabError, NothingRan, UsageError


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("no such app"), 4, "squall: no such app"),
        (LabError("no server"), 3, "squall: no server"),
        (NothingRan("nothing left"), 5, "squall: nothing left"),
        (InjectionFailed("POST /x: refused"), 3, "squall: POST /x: refused"),
        (click.UsageError("no such option"), 4, "Error: no such option"),
        (click.Abort(), 130, ""),
        (KeyboardInterrupt(), 130, "squall: interrupted; faults are healed"),
        (asyncio.CancelledError(), 130, "squall: terminated; faults are healed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_becomes_an_exit_code(
    error: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(module.squall, "main", fail)
    with pytest.raises(SystemExit) as left:
        module.main()
    assert left.value.code == code
    assert capsys.readouterr().err.startswith(words)


@pytest.mark.parametrize(("answer", "code"), [(None, 0), (0, 0), (1, 1), (2, 2)])
def test_what_a_verb_answers_is_the_exit_code(
    answer: int | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.squall, "main", lambda **_: answer)
    with pytest.raises(SystemExit) as left:
        module.main()
    assert left.value.code == code
