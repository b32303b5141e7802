"""Prepare an app's database: commands such as ``alembic upgrade head``, and SQL files."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall_faults.errors import InjectionFailed
from squall_faults.ports import Traffic

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.lab.components import Components, DatabaseComponent
from squall.lab.endpoint import Endpoint
from squall.lab.factory import app_environment
from squall.lab.isolation.protection import Protection, confined, protection
from squall.lab.providers.process.extension_stand_ins import USED
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.sql_files import is_statement, psql_commands, statement_command
from squall.lab.startup_failure import Failure, describe_failure

SETUP_SECONDS = 120.0
SQL = ".sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlace:
    """Where the commands run, and what they may reach."""

    profile: AppProfile
    environment: Mapping[str, str]
    """Includes the database's address."""
    admin_url: str
    """Address for the lab's administrator, for SQL files."""
    role: str
    """The app's role, which will own what SQL files create."""
    ports: Sequence[int]
    """The ports that a command can connect to, if a wrapper blocks all others."""
    log: Path
    keeper: Watchdog
    traffic: Callable[[], Awaitable[Traffic]] | None = None
    """The traffic through the proxy in front of the database; None if the set-up bypasses it."""

    @classmethod
    def of(
        cls, profile: AppProfile, parts: Components, database: DatabaseComponent,
        traffic: Callable[[], Awaitable[Traffic]], directory: Path, keeper: Watchdog,
    ) -> SetupPlace:  # fmt: skip
        """The set-up uses the app's proxy, which counts, if that is on this machine."""
        way = parts.ways.get("postgres")
        near = way is not None and way.listen.host == database.host
        address = way.listen if way and near else Endpoint(database.host, database.port)
        return cls(
            profile=profile,
            environment={**app_environment(profile, database.secrets.app, address), **parts.told},
            admin_url=database.admin_url,
            role=database.secrets.role,
            ports=(address.port, parts.app.port, *parts.reached),
            log=directory / "setup.log",
            keeper=keeper,
            traffic=traffic if near else None,
        )

    async def connections(self) -> int | None:
        """Number of connections to the lab's database so far; None if not counted."""
        return None if self.traffic is None else (await self.traffic()).accepted


async def run_setup(commands: Sequence[str], place: SetupPlace) -> list[str]:
    """Run all in order. Returns the commands that never connected to the lab's database.

    Raises:
        LabError: one failed or took too long (the message has its last lines); or it never
            connected, and nothing prevents it from using another server.
    """
    unseen = []
    for command in commands:
        before = await place.connections()
        for words in _argument_lists(command, place):
            await _run(command, words, place)
        as_app = not command.endswith(SQL) and not is_statement(command)
        if as_app and before is not None and await place.connections() == before:
            unseen.append(command)
            if protection() is Protection.NONE:
                raise LabError(
                    f"the setup {command!r} ended without connecting to the lab's database, so it"
                    " may have used another one; nothing else was started\n"
                    "  name the variable of its address with --database-env NAME=FORM"
                )
    return unseen


async def stand_ins_used(database: DatabaseComponent) -> list[str]:
    """Extensions that came from :mod:`~squall.lab.providers.process.extension_stand_ins`."""
    try:
        async with database.session() as administrator:
            return [str(name) for name in await administrator.values(USED)]
    except InjectionFailed:
        return []  # nothing depends on it


def _argument_lists(command: str, place: SetupPlace) -> Iterator[list[str]]:
    if command.endswith(SQL) and " " not in command.strip():
        file = (place.profile.cwd or Path()) / command
        yield from psql_commands(file, place.admin_url, place.role)
        return
    if is_statement(command):
        yield statement_command(command, place.admin_url)
        return
    words = shlex.split(command)
    path = place.environment.get("PATH", os.environ.get("PATH", os.defpath))
    if "/" not in words[0] and shutil.which(words[0], path=path) is None:
        python = place.profile.python
        where = f"the app's environment {python.parent.parent}" if python else "PATH"
        raise LabError(
            f"the setup {command!r}: there is no {words[0]} in {where}\n"
            f"  install it there, name another interpreter with --python, or another --setup"
        )
    yield confined(words, place.ports)


async def _run(command: str, words: Sequence[str], place: SetupPlace) -> None:
    child = ManagedProcess(f"the setup {command!r}", place.log, place.keeper)
    await child.start(words, environment=place.environment, cwd=place.profile.cwd)
    try:
        async with asyncio.timeout(SETUP_SECONDS):
            code = await child.process.wait()
    except TimeoutError:
        await child.kill()
        code = None
    if code != 0:
        ended = f"took longer than {SETUP_SECONDS:g} s" if code is None else f"ended with {code}"
        failure = Failure(
            what=f"{child.name} {ended}",
            how=command,
            log=place.log,
            directory=place.profile.cwd,
            environment=place.environment,
            python=place.profile.python,
        )
        raise LabError(describe_failure(failure))
