"""Errors become exit codes in one place, in words and without a traceback."""

from __future__ import annotations

import asyncio
import errno
import subprocess
import sys

import click
import pytest
from squall.cli import main as module
from squall.core.errors import LabError, NothingRan, UsageError
from squall_faults import InjectionFailed


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("no such app"), 4, "squall: no such app"),
        (LabError("no server"), 3, "squall: no server"),
        (NothingRan("nothing left"), 5, "squall: nothing left"),
        (InjectionFailed("POST /x: refused"), 3, "squall: POST /x: refused"),
        (click.UsageError("no such option"), 4, "Error: no such option"),
        (click.Abort(), 130, ""),
        (OSError(errno.ENOSPC, "No space left", "out/x"), 3, "squall: cannot write to out/x: No"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 3, "squall: cannot write to standard output"),
        (ExceptionGroup("x", [OSError(errno.EPIPE, "x")]), 3, "squall: cannot write to standard"),
        (OSError(errno.ENOENT, "gone", "x"), 3, "squall: x: gone; "),
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
    assert module.exit_code_of(module.squall) == code
    assert capsys.readouterr().err.startswith(words)


def test_ctrl_c_in_a_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """click turns it into an Abort with an empty line."""

    @click.group()
    def group() -> None:
        pass

    @group.command()
    def verb() -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["squall", "verb"])
        assert module.exit_code_of(group) == 130
    told = capsys.readouterr().err.split("\n")
    assert [line for line in told if line] == [module.CLEANED_UP]


@pytest.mark.parametrize(("answer", "code"), [(None, 0), (0, 0), (1, 1), (2, 2)])
def test_what_a_verb_answers_is_the_exit_code(
    answer: int | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.squall, "main", lambda **_: answer)
    assert module.exit_code_of(module.squall) == code


def test_the_help_of_the_group_is_that_of_the_verbs() -> None:
    """The table saves importing every verb for ``squall --help``."""
    context = click.Context(module.squall)
    for verbs in module.SECTIONS.values():
        for name, verb in verbs.items():
            command = module.squall.get_command(context, name)
            assert command is not None
            assert command.get_short_help_str(limit=200) == verb.summary, name
            assert command.name == name


def test_a_verb_is_imported_only_when_it_is_called() -> None:
    program = (
        "import sys\n"
        "from squall.cli.main import squall\n"
        "try: squall.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.startswith('squall.cli.')))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True,
                          check=True, timeout=30)  # fmt: skip
    assert done.stdout.splitlines()[-1] == "['squall.cli.lazy_group', 'squall.cli.main']"
