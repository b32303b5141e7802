"""``squall clean``: remove what an interrupted run left in the Docker engine."""

from __future__ import annotations

import click

from harness.core.errors import ExitCode, LabError


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also of labs that are up now.")
def clean(*, everything: bool) -> int:
    """Remove containers and networks of labs whose harness is gone.

    Needed only when the keeper was killed, too: it removes them in seconds.
    """
    try:
        from harness.providers.docker import reaper  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise LabError("it needs the extra: pip install 'squall[docker]'") from error
    done = reaper.clean(everything=everything)
    click.echo(f"removed {done.containers} containers and {done.networks} networks")
    return int(ExitCode.PASS)
