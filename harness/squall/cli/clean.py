"""``squall clean``: remove what labs left behind after their harness had ended."""

from __future__ import annotations

import click

from squall.cli.options import OUTPUT
from squall.core.errors import ExitCode, LabError
from squall.lab.providers.process import lab_registry, shared_memory
from squall.lab.providers.process.postgres_binaries import server_accounts
from squall.reports.retention import remove_old_runs


@click.command()
@click.option(
    "--all", "everything", is_flag=True, help="Also containers and networks of labs that are up."
)
@click.option(
    "--keep",
    type=click.IntRange(0),
    metavar="N",
    help=f"Also remove all but the newest N runs below {OUTPUT}.",
)
def clean(*, everything: bool, keep: int | None) -> int:
    """Remove what interrupted runs left behind.

    Processes, directories, shared memory, containers and networks of labs whose harness is gone.
    Needed only when the watchdog of a lab was killed, too: it removes them in seconds.

    Of the runs below .squall/runs each command keeps the last 50; --keep N removes more.
    """
    if keep is not None:
        click.echo(f"removed {len(remove_old_runs(OUTPUT, keep))} runs")
    ended = lab_registry.end_abandoned()
    click.echo(f"ended {len(ended)} labs")
    memory = shared_memory.remove(shared_memory.find_orphans(server_accounts()))
    click.echo(f"removed {len(memory.segments)} segments and {len(memory.files)} files of memory")
    return _clean_containers(everything=everything)


def _clean_containers(*, everything: bool) -> int:
    try:
        from squall.lab.providers.docker import reaper  # noqa: PLC0415 - an extra
    except ImportError:
        if everything:
            raise LabError("--all needs the extra: pip install 'squall[docker]'") from None
        return int(ExitCode.PASS)
    try:
        done = reaper.clean(everything=everything)
    except LabError as error:
        if everything:
            raise
        click.echo(f"containers were not looked at: {str(error).splitlines()[0]}")
        return int(ExitCode.PASS)
    click.echo(f"removed {done.containers} containers and {done.networks} networks")
    return int(ExitCode.PASS)
