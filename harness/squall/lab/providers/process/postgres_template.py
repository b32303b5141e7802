"""A cluster that is initialised once and copied for every lab: 30 ms instead of 300.

fsync is off throughout, which is safe here: only processes die, the machine does not. Over TCP a
role needs its password. Without one, only accounts that may enter the directory of the Unix socket
can connect.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.providers.process.postgres_binaries import Account, cache_directory

OPTIONS = (
    "--username=squall",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--wal-segsize=4",
    "--no-sync",
    "--no-instructions",
)
INITDB_SECONDS = 60
DATABASE = "app"
APP_ROLE = "app"
"""Owns the database and is not a superuser: the server's limits apply to the app, as in
production.
"""

STANDBY_ROLE = "squall_standby"
"""May copy the server, and nothing else."""

CREATE = (
    f"CREATE ROLE {APP_ROLE} LOGIN;\nCREATE ROLE {STANDBY_ROLE} LOGIN REPLICATION;\n"
    f"CREATE DATABASE {DATABASE} OWNER {APP_ROLE};\n"
)
"""Without passwords no TCP connection is accepted. Each lab sets its own."""


def template(binaries: Path, who: Account | None) -> Path:
    """The template cluster for these binaries, created on first use.

    Raises:
        LabError: initdb failed; the message has its output.
    """
    name = who.name if who else "self"
    made = (binaries / "postgres").stat().st_mtime_ns
    facts = f"{binaries.resolve()} {made} {OPTIONS} {CREATE} {name}"
    home = cache_directory() / f"template-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    if home.exists():
        return home
    with (cache_directory() / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            _initialise(binaries, who, home)
    return home


def _initialise(binaries: Path, who: Account | None, home: Path) -> None:
    half = Path(tempfile.mkdtemp(prefix="half-", dir=cache_directory()))
    try:
        if who is not None:
            os.chown(half, who.uid, who.gid)
        run([str(binaries / "initdb"), "--pgdata", str(half), *OPTIONS], who, half)
        single = [str(binaries / "postgres"), "--single", "-F", "-D", str(half), "postgres"]
        run(single, who, half, CREATE)
        half.rename(home)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


def run(
    command: list[str],
    who: Account | None,
    cwd: Path,
    text: str = "",
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run one of PostgreSQL's programs as the server's account.

    Raises:
        LabError: it cannot be run, or failed; the message has its output.
    """
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=INITDB_SECONDS,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            user=who.name if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{command[0]} could not be run: {error}") from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()[-800:]
        raise LabError(f"{Path(command[0]).name} failed (exit code {done.returncode}):\n{words}")


def clone(source: Path, target: Path, who: Account | None) -> None:
    """Copy the template. The copy belongs to the server's account."""
    shutil.copytree(source, target, symlinks=True)
    target.chmod(0o700)
    if who is not None:
        for directory, _, files in os.walk(target):
            os.chown(directory, who.uid, who.gid)
            for name in files:
                os.chown(Path(directory) / name, who.uid, who.gid)


def make_private(directory: Path, who: Account | None) -> None:
    """Create a directory that only the server's account, and root, may enter, unless it exists."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if who is not None:
        os.chown(directory, who.uid, who.gid)
