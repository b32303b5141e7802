"""``squall``: the list of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

import click
from squall_faults import FaultError, InvalidFault

from squall.cli.lazy_group import LazyGroup, Verb
from squall.core.errors import ExitCode, SquallError
from squall.core.logs import LEVELS, configure
from squall.core.machine_errors import describe_machine_error
from squall.core.secrets import redact
from squall.reports.printable import printable

SECTIONS = {
    "Try": {
        "init": Verb(
            place="squall.cli.init:init",
            summary="Write [tool.squall] and a first test, by looking at your app.",
        ),
        "check": Verb(
            place="squall.cli.check:check",
            summary="Run the stock outages against an app and judge it.",
        ),
        "run": Verb(place="squall.cli.run:run", summary="Run the scenarios of files."),
        "sweep": Verb(
            place="squall.cli.sweep:sweep",
            summary="Fail each statement of each operation once, and count what is survived.",
        ),
        "races": Verb(
            place="squall.cli.races:run_races_command",
            summary="Hold one request at each of its statements while another runs, and compare.",
        ),
        "demo": Verb(
            place="squall.cli.demo:demo",
            summary="Run the stock outages against the reference app, then a sweep.",
        ),
    },
    "Interactive mode": {
        "up": Verb(place="squall.cli.up:up", summary="Start a lab and keep it until squall down."),
        "inject": Verb(
            place="squall.cli.inject:inject", summary="Inject a fault into the lab that is up."
        ),
        "heal": Verb(
            place="squall.cli.heal:heal", summary="Heal one fault of the lab that is up, or all."
        ),
        "status": Verb(
            place="squall.cli.status:status",
            summary="Print addresses and active faults of the lab that is up.",
        ),
        "down": Verb(place="squall.cli.down:down", summary="Heal every fault and end the lab."),
    },
    "Stored runs": {
        "runs": Verb(place="squall.cli.runs:runs", summary="List the stored runs, newest first."),
        "report": Verb(
            place="squall.cli.report:report",
            summary="Print where the report of a run is, or open it.",
        ),
        "explain": Verb(
            place="squall.cli.explain:explain", summary="Print a remedy that a report names."
        ),
        "compare": Verb(
            place="squall.cli.compare:compare",
            summary="Compare two stored runs, or this directory with another commit.",
        ),
        "merge": Verb(
            place="squall.cli.merge:merge",
            summary="Make one run of the shards of a check or a sweep.",
        ),
        "judge": Verb(
            place="squall.cli.judge:judge",
            summary="Judge requests of another load generator under faults that others injected.",
        ),
        "recheck": Verb(
            place="squall.cli.recheck:recheck",
            summary="Judge a stored run again, with its gates or others.",
        ),
        "replay": Verb(
            place="squall.cli.replay:replay",
            summary="Run a stored run again: same scenario, seed, engine and app.",
        ),
    },
    "The tool itself": {
        "outages": Verb(
            place="squall.cli.outages:outages", summary="List the stock outages, or print one."
        ),
        "export": Verb(
            place="squall.cli.export:export", summary="Write a scenario for another tool."
        ),
        "faults": Verb(
            place="squall.cli.faults:list_faults", summary="List the faults, or explain one."
        ),
        "gates": Verb(place="squall.cli.gates:gates", summary="List the gates, or explain one."),
        "doctor": Verb(
            place="squall.cli.doctor:doctor",
            summary="Check what this machine can run, and what to install for the rest.",
        ),
        "selftest": Verb(
            place="squall.cli.selftest:selftest",
            summary="Plant lies in labs and records, and show that no verdict is green.",
        ),
        "clean": Verb(
            place="squall.cli.clean:clean",
            summary="Remove what interrupted runs left behind.",
        ),
    },
}

WRITING = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF}
"""Errors of a write to a closed pipe or a full disk."""


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="squall")
@click.option(
    "--log-level",
    envvar="SQUALL_LOG_LEVEL",
    type=click.Choice(LEVELS, case_sensitive=False),
    help="Log to standard error what starts, ends and is injected; debug shows a lab that hangs.",
)
def squall(log_level: str | None) -> None:
    """Put a service through real outages of its database and its network, and judge it.

    Exit codes: 0 pass, 1 a gate failed, 2 inconclusive, 3 the harness or lab failed, 4 usage,
    5 nothing ran, 6 error budget spent, 130 interrupted (and cleaned up).
    """
    if log_level is not None:
        configure(log_level)
    from squall.config import plugins  # noqa: PLC0415 - keeps `squall --help` quick

    plugins.load_plugins(Path.cwd())


CLEANED_UP = "squall: interrupted; faults are healed and the lab is cleaned up"


def exit_code_of(group: click.Group) -> int:
    """Run the command. Every exception becomes a message and an exit code."""
    try:
        code = group.main(prog_name=group.name, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort as error:
        code = ExitCode.INTERRUPTED
        if isinstance(error.__cause__, KeyboardInterrupt):  # click's form of Ctrl-C
            click.echo(CLEANED_UP, err=True)
    except click.ClickException as error:
        error.show()
        code = ExitCode.USAGE
    except (SquallError, FaultError) as error:
        click.echo(f"squall: {printable(redact(str(error)))}", err=True)
        wrong = ExitCode.USAGE if isinstance(error, InvalidFault) else ExitCode.HARNESS
        code = getattr(error, "exit_code", wrong)
    except KeyboardInterrupt:
        click.echo(CLEANED_UP, err=True)
        code = ExitCode.INTERRUPTED
    except asyncio_cancelled():
        click.echo("squall: terminated; faults are healed and the lab is cleaned up", err=True)
        code = ExitCode.INTERRUPTED
    except SystemExit as left:
        if left.code != 1:
            raise
        # click and rich exit with 1 when their pipe is closed; but 1 means that a gate failed.
        code = _cannot_write(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)))
    except Exception as error:  # noqa: BLE001 - it is turned into a message and an exit code
        code = _code_of_a_bug(error)
    return int(code or 0)


def _code_of_a_bug(error: Exception) -> ExitCode:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, OSError) and error.errno in WRITING:
        return _cannot_write(error)
    if os.environ.get("SQUALL_TRACEBACK"):
        raise error
    if isinstance(error, OSError) and (told := describe_machine_error(error)):
        click.echo(f"squall: {printable(redact(told))}", err=True)
        return ExitCode.HARNESS
    click.echo(
        f"squall: internal error: {type(error).__name__}: {printable(redact(str(error)))}\n"
        "  the lab is cleaned up; please report it with the output of the same command"
        " under SQUALL_TRACEBACK=1",
        err=True,
    )
    return ExitCode.HARNESS


def _cannot_write(error: OSError) -> ExitCode:
    """No verdict was delivered, so the exit code must not be one of a verdict."""
    place = error.filename or "standard output"
    # What is still in the buffer must not fail again while Python exits.
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo(f"squall: cannot write to {place}: {error.strerror}; no verdict", err=True)
    return ExitCode.HARNESS


def asyncio_cancelled() -> type[BaseException]:
    """asyncio.CancelledError, imported only after an error."""
    from asyncio import CancelledError  # noqa: PLC0415 - keeps `squall --help` quick

    return CancelledError
