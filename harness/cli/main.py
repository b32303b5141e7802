"""``squall``: the list of verbs, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from faults import FaultError, InvalidFault
from harness.cli.check import check
from harness.cli.clean import clean
from harness.cli.compare import compare
from harness.cli.cure import cure
from harness.cli.doctor import doctor
from harness.cli.faults import list_faults
from harness.cli.hands import down, heal, inject, status
from harness.cli.init import init
from harness.cli.mutants import mutants
from harness.cli.patterns import patterns
from harness.cli.recheck import recheck
from harness.cli.replay import replay
from harness.cli.run import run
from harness.cli.up import up
from harness.core.errors import ExitCode, SquallError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="squall")
def squall() -> None:
    """Put a service through real outages of its database and its network, and judge it.

    Exit codes: 0 pass, 1 a gate failed, 2 inconclusive, 3 the harness or lab failed, 4 usage,
    5 nothing ran, 130 interrupted (and cleaned up).
    """
    from harness.scenario import own_faults  # noqa: PLC0415 - keeps `squall --help` quick

    own_faults.load(Path.cwd())


squall.add_command(check)
squall.add_command(run)
squall.add_command(init)
squall.add_command(recheck)
squall.add_command(compare)
squall.add_command(replay)
for command in (up, inject, heal, status, down):
    squall.add_command(command)
squall.add_command(mutants)
squall.add_command(list_faults)
squall.add_command(cure)
squall.add_command(doctor)
squall.add_command(clean)
squall.add_command(patterns)


def main() -> None:
    """Entry point of the ``squall`` command."""
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        code = squall.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = ExitCode.USAGE
    except (SquallError, FaultError) as error:
        click.echo(f"squall: {error}", err=True)
        wrong = ExitCode.USAGE if isinstance(error, InvalidFault) else ExitCode.HARNESS
        code = getattr(error, "exit_code", wrong)
    except KeyboardInterrupt:
        click.echo("squall: interrupted; faults are healed and the lab is cleaned up", err=True)
        code = ExitCode.INTERRUPTED
    except asyncio_cancelled():
        click.echo("squall: terminated; faults are healed and the lab is cleaned up", err=True)
        code = ExitCode.INTERRUPTED
    except Exception as error:
        if os.environ.get("SQUALL_TRACEBACK"):
            raise
        click.echo(
            f"squall: a bug of ours: {type(error).__name__}: {error}\n"
            "  the lab is cleaned up; please report it with the output of the same command"
            " under SQUALL_TRACEBACK=1",
            err=True,
        )
        code = ExitCode.HARNESS
    return int(code or 0)


def asyncio_cancelled() -> type[BaseException]:
    """asyncio.CancelledError, imported only when something went wrong."""
    from asyncio import CancelledError  # noqa: PLC0415 - keeps `squall --help` quick

    return CancelledError
