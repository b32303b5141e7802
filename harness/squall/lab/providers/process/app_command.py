"""The command that runs an app: its own, or a server of its environment for an import string."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from squall.config.interpreter import SERVERS, servers_of
from squall.core.child_programs import python_module
from squall.core.errors import AppFailed

HOST = "127.0.0.1"
SAFE_PATH_MINOR = 11


def app_command(
    target: str, port: int, *, factory: bool, cwd: Path | None, python: Path | None
) -> list[str]:
    """The command to execute, with ``{port}`` replaced.

    Raises:
        AppFailed: the app's environment has no server for an import string.
    """
    if " " in target or "{port}" in target:
        return shlex.split(target.replace("{port}", str(port)))
    servers = servers_of(python)
    if not servers:
        home = python.parent.parent if python else Path(sys.prefix)
        raise AppFailed(
            f"the app {target}: its environment {home} has none of the servers"
            f" {', '.join(SERVERS)}\n  next: install one there (pip install uvicorn), or name the"
            " app's own command as TARGET, such as 'gunicorn -b 127.0.0.1:{port} main:app'"
        )
    folder = "src" if _lies_below_src(cwd, target) else ""
    # Like the servers' own programs: the app's directory comes first on the module path, but only
    # after the server has imported its own modules.
    run = python_module(servers[0], python=python)
    if servers[0] != "uvicorn" or not _knows_safe_path(python):
        run.remove("-P")  # they have no option that adds the directory to the path later
    if servers[0] == "hypercorn" and factory:
        target += "()"
    return [*run, target, *_options(servers[0], port, folder, factory=factory)]


def _options(server: str, port: int, folder: str, *, factory: bool) -> list[str]:
    if server == "hypercorn":
        return ["--bind", f"{HOST}:{port}"]
    address = ["--host", HOST, "--port", str(port)]
    made = ["--factory"] * factory
    if server == "granian":
        return ["--interface", "asgi", *address, *made]
    return [
        *made,
        "--app-dir",
        folder or ".",
        *address,
        "--no-access-log",
        "--log-level",
        "warning",
    ]


def _knows_safe_path(python: Path | None) -> bool:
    """``-P`` was added in Python 3.11. The environment's pyvenv.cfg has the version."""
    if python is None:
        return True
    try:
        text = (python.parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    version = re.search(r"^version\w*\s*=\s*3\.(\d+)", text, re.MULTILINE)
    return version is not None and int(version[1]) >= SAFE_PATH_MINOR


def _lies_below_src(cwd: Path | None, target: str) -> bool:
    """Whether a module is in ``src`` and not here, so that it can only be imported from there."""
    top = target.partition(":")[0].partition(".")[0]
    home = cwd or Path()
    return not _is_module(home, top) and _is_module(home / "src", top)


def _is_module(directory: Path, name: str) -> bool:
    return (directory / f"{name}.py").is_file() or (directory / name).is_dir()
