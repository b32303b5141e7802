"""Serve one pattern behind its own PgBouncer, as an operator would.

    python -m squall_proof.patterns.launch PORT package.module:app PGBOUNCER

    app ──▶ PgBouncer (transaction pooling) ──▶ proxy "postgres" ──▶ PostgreSQL

A separate program: it starts PgBouncer as its child, and becomes uvicorn.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import subprocess
import sys
import tempfile
from urllib.parse import SplitResult, urlsplit

from squall.lab import readiness
from squall.lab.endpoint import Endpoint, free_port

WAIT_SECONDS = 15.0
"""Less than the lab waits for the app, so that the reason is printed here."""

UNPRIVILEGED = "nobody"
"""PgBouncer refuses to run as root."""

VARIABLE = "DATABASE_URL"

INI = """[databases]
{name} = host={host} port={upstream} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
"""
"""All other settings have their defaults. PgBouncer requires no password (``any``), so the
database's line contains user and password; the file has no name and disappears with PgBouncer.
"""


def configuration(url: SplitResult, port: int) -> str:
    """The contents of PgBouncer's file."""
    return INI.format(
        name=url.path.lstrip("/"),
        host=url.hostname,
        upstream=url.port,
        user=url.username,
        password=url.password or "",
        port=port,
    )


async def _accepts(url: SplitResult) -> bool:
    async def ask() -> bool:
        server = Endpoint(str(url.hostname), int(url.port or 5432))
        return await readiness.accepts_sessions(server, str(url.username), url.path.lstrip("/"))

    return await readiness.wait_until(ask, WAIT_SECONDS)


def bounced(program: str, url: SplitResult) -> SplitResult:
    """Start PgBouncer in front of ``url``. Returns the address to use instead."""
    port = free_port()
    account = ["-u", UNPRIVILEGED] if getpass.getuser() == "root" else []
    with tempfile.TemporaryFile() as file:  # has no name, so it need not be removed
        file.write(configuration(url, port).encode())
        file.seek(0)
        command = [program, "-q", *account, "/dev/stdin"]
        subprocess.Popen(command, stdin=file)  # noqa: S603 - the operator named it
    return url._replace(netloc=f"{url.username}@127.0.0.1:{port}")


def main(arguments: list[str]) -> None:
    """Start PgBouncer, become uvicorn. Ends with a message if PgBouncer does not answer."""
    port, target, program = arguments
    url = bounced(program, urlsplit(os.environ[VARIABLE]))
    if not asyncio.run(_accepts(url)):
        sys.exit(f"PgBouncer did not accept connections within {WAIT_SECONDS:g} s")
    os.environ[VARIABLE] = url.geturl()
    served = ["--host", "127.0.0.1", "--port", port, "--no-access-log", "--log-level", "warning"]
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", target, *served])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
