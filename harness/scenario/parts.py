"""Which provider makes the parts of a lab."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.core.errors import LabError, UsageError
from harness.providers.base import Endpoint, free_port
from harness.providers.parts import Parts, Replication, Standby, Way
from harness.providers.process import postgres_standby
from harness.providers.process.app import AppProcess
from harness.providers.process.keeper import Keeper
from harness.providers.process.postgres import PostgresProcess
from harness.providers.process.proxy import INSTALL, ProxyProcess, find_toxiproxy
from harness.providers.process.template import APP_ROLE, DATABASE
from harness.scenario.attached import attached_parts
from harness.scenario.profile import AppProfile, DatabaseAddress

if TYPE_CHECKING:
    from harness.scenario.lab_options import LabOptions

PROVIDERS = ("process", "docker", "compose")
LOOPBACK = "127.0.0.1"
EXTRA = "the {provider} provider needs testcontainers: pip install 'squall[docker]'"


def directory_of(keeper: Keeper) -> Path:
    """A directory of the lab, kept by the keeper; the server's account may pass through it."""
    directory = Path(tempfile.mkdtemp(prefix="squall-")).resolve()
    keeper.watch_directory(directory)
    directory.chmod(0o755)
    return directory


def environment_of(profile: AppProfile, database: Endpoint) -> dict[str, str]:
    """What the app is told, when its database is at this address."""
    address = DatabaseAddress(user=APP_ROLE, host=database.host, port=database.port, name=DATABASE)
    own = {**_importable(profile.cwd), **_own_environment(profile.python)}
    return {**own, **profile.environment, **profile.database_environment(address)}


def _importable(directory: Path | None) -> dict[str, str]:
    """Programs such as alembic find the app where it lies, installed or not."""
    if directory is None:
        return {}
    inherited = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(directory), *([inherited] if inherited else [])])}


def _own_environment(python: Path | None) -> dict[str, str]:
    """What activating the app's virtual environment does: its programs are found first."""
    if python is None:
        return {}
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    return {"PATH": path, "VIRTUAL_ENV": str(python.parent.parent)}


async def parts_of(options: LabOptions, directory: Path, keeper: Keeper) -> Parts:
    """The parts of the lab that is wanted, not started.

    Raises:
        LabError: the provider is not to be had here; the message says what to do.
        UsageError: there is no such provider, or the app does not fit it.
    """
    if options.attach is not None:
        return attached_parts(options.attach, options.profile.ready_path, directory, keeper)
    if options.provider == "process":
        return _processes(options, directory, keeper)
    if options.provider not in PROVIDERS:
        raise UsageError(f"provider {options.provider!r}: choose from {', '.join(PROVIDERS)}")
    try:
        from harness.providers.docker import lab as docker  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise LabError(EXTRA.format(provider=options.provider)) from error
    if options.provider == "compose":
        return await asyncio.to_thread(docker.adopted, directory)
    profile = options.profile
    wanted = docker.Wanted(
        target=profile.target,
        environment=partial(environment_of, profile),
        ready_path=profile.ready_path,
        real=options.engine != "embedded",
    )
    return await asyncio.to_thread(docker.parts, directory, keeper, wanted)


def _processes(options: LabOptions, directory: Path, keeper: Keeper) -> Parts:
    binary = program(options.engine)
    database = PostgresProcess(directory, keeper)
    proxied, app_address = Endpoint(LOOPBACK, free_port()), Endpoint(LOOPBACK, free_port())
    app = _app_process(options.profile, directory, keeper, proxied)
    link = Endpoint(LOOPBACK, free_port())

    def standby(number: int) -> Standby:
        name = f"postgres-{number}"
        follower = PostgresProcess(directory, keeper, name=name, follows=link)
        return Standby(database=follower, upstream=Endpoint(LOOPBACK, follower.port))

    return Parts(
        database=database,
        engine=ProxyProcess(directory, keeper, binary),
        meter=ProxyProcess(directory, keeper) if binary else None,
        app=app,
        ways={
            "postgres": _local_way(proxied, database.port),
            "app": _local_way(app_address, app.port),
        },
        app_address=app_address,
        app_database_url=database.url.replace(f":{database.port}/", f":{proxied.port}/"),
        replication=Replication(listen=link, standby=standby, lacks=postgres_standby.lacking),
    )


def _app_process(
    profile: AppProfile, directory: Path, keeper: Keeper, database: Endpoint
) -> AppProcess:
    return AppProcess(
        directory,
        keeper,
        profile.target,
        factory=profile.factory,
        environment=environment_of(profile, database),
        cwd=profile.cwd,
        ready_path=profile.ready_path,
        any_answer=not profile.has_readiness,
        python=profile.python,
    )


def _local_way(listen: Endpoint, server_port: int) -> Way:
    meter = Endpoint(LOOPBACK, free_port())
    upstream = Endpoint(LOOPBACK, server_port)
    return Way(listen=listen, upstream=upstream, metered=meter, meter=meter)


def program(engine: str) -> str | None:
    """The real server's program, or None for the embedded engine.

    Raises:
        LabError: there is none here.
    """
    if engine == "embedded":
        return None
    found = find_toxiproxy(None if engine == "toxiproxy" else engine)
    if found is None or (engine != "toxiproxy" and shutil.which(engine) is None):
        raise LabError(
            f"engine {engine!r}: no toxiproxy-server was found; install one with: {INSTALL}\n"
            "  and name it: --engine PATH, or SQUALL_TOXIPROXY_BIN=PATH"
        )
    return found
