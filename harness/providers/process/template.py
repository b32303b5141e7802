"""A cluster that was initialised once, and is copied for every lab: 30 ms instead of 300.

fsync is off throughout, which is sound here: only processes die, the machine does not.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.core.errors import LabError
from harness.providers.process.postgres_binaries import Account, cache_directory

OPTIONS = (
    "--username=squall",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--wal-segsize=4",
    "--no-sync",
    "--no-instructions",
)
INITDB_SECONDS = 60
DATABASE = "app"
APP_ROLE = "app"
"""Owns the database and is no superuser: the server's limits hold for the app, as in production."""

CREATE = f"CREATE ROLE {APP_ROLE} LOGIN;\nCREATE DATABASE {DATABASE} OWNER {APP_ROLE};\n"


def template(binaries: Path, who: Account | None) -> Path:
    """The template cluster for these binaries, made now if there is none.

    Raises:
        LabError: initdb failed, with its words.
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


def run(command: list[str], who: Account | None, cwd: Path, text: str = "") -> None:
    """Run one of PostgreSQL's programs as the server's account.

    Raises:
        LabError: it cannot be run, or failed; with its words.
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
    """Copy the template; the copy belongs to the server's account."""
    shutil.copytree(source, target, symlinks=True)
    target.chmod(0o700)
    if who is not None:
        for directory, _, files in os.walk(target):
            os.chown(directory, who.uid, who.gid)
            for name in files:
                os.chown(Path(directory) / name, who.uid, who.gid)
