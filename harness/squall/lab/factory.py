"""Create the components of a lab with the right provider."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from squall.config.interpreter import shadowing_names
from squall.config.profile import AppProfile, DatabaseAddress
from squall.core.errors import LabError, UsageError
from squall.lab.components import Components, ProxyRoute, Replication, Standby
from squall.lab.credentials import DatabaseSecrets
from squall.lab.dependency_parts import create_dependencies, create_workers, refuse_dependencies
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.isolation.usual_ports import POSTGRES, take_port
from squall.lab.private_directory import make_lab_directory
from squall.lab.providers.attached.attach import create_attached_components
from squall.lab.providers.process import postgres_binaries, postgres_standby
from squall.lab.providers.process.app_process import AppProcess
from squall.lab.providers.process.engine_process import INSTALL, EngineProcess, find_toxiproxy
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.postgres_template import APP_ROLE, DATABASE
from squall.lab.providers.process.watchdog import Watchdog

if TYPE_CHECKING:
    from squall.lab.lab_options import LabOptions

PROVIDERS = ("process", "docker", "compose")
LOOPBACK = "127.0.0.1"
EXTRA = "the {provider} provider needs testcontainers: pip install 'squall[docker]'"


def lab_directory(keeper: Watchdog) -> Path:
    """Create the lab's directory, which the watchdog removes. Only the server's account may enter
    it.

    Raises:
        LabError: no suitable place was found.
    """
    directory = make_lab_directory(postgres_binaries.account())
    keeper.watch_directory(directory)
    return directory


def container_environment(profile: AppProfile, password: str, database: Endpoint) -> dict[str, str]:
    """The variables that the profile sets if the app's database is at this address."""
    address = DatabaseAddress(
        user=profile.database.get("user", APP_ROLE), password=password,
        host=database.host, port=database.port, name=profile.database.get("name", DATABASE),
    )  # fmt: skip
    # Parts missing in an address come from libpq's variables, which asyncpg reads, too.
    libpq = {
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGUSER": address.user,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.name,
    }
    return {**libpq, **profile.environment, **profile.database_environment(address)}


def app_environment(profile: AppProfile, password: str, database: Endpoint) -> dict[str, str]:
    """The same for a local process, which also finds its modules and programs."""
    own = {**_importable(profile), **_activated(profile.python or Path(sys.executable))}
    return {**own, **container_environment(profile, password, database)}


def _importable(profile: AppProfile) -> dict[str, str]:
    """Programs such as alembic find the app in its folder, installed or not.

    ``PYTHONPATH`` precedes the standard library, so a directory with a ``types.py`` is left out:
    Python could not start with it. Such a project must configure its path, as it must without
    Squall.
    """
    folders = [str(one) for one in profile.module_folders]
    directory = profile.cwd
    if directory is not None and not shadowing_names(directory, profile.python):
        folders.append(str(directory))
    if not folders:
        return {}
    inherited = os.environ.get("PYTHONPATH")
    path = [*dict.fromkeys(folders), *([inherited] if inherited else [])]
    return {"PYTHONPATH": os.pathsep.join(path)}


def _activated(python: Path) -> dict[str, str]:
    """Apply what activating a virtual environment does: its programs, such as alembic, come first.

    ``.venv/bin/squall`` may be started without activating its environment.
    """
    home = python.parent.parent
    virtual = {"VIRTUAL_ENV": str(home)} if (home / "pyvenv.cfg").is_file() else {}
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    return {"PATH": path, **virtual}


async def create_components(options: LabOptions, directory: Path, keeper: Watchdog) -> Components:
    """The components of the requested lab, not started.

    Raises:
        LabError: the provider is not available here; the message says what to do.
        UsageError: the provider does not exist, or does not support the app.
    """
    if options.attach is not None:
        return create_attached_components(
            options.attach, options.profile.ready_path, directory, keeper, options.engine_token
        )
    if options.provider == "process":
        return _create_processes(options, directory, keeper)
    if options.provider not in PROVIDERS:
        raise UsageError(f"provider {options.provider!r}: choose from {', '.join(PROVIDERS)}")
    refuse_dependencies(options.profile, options.provider)
    try:
        from squall.lab.providers.docker import docker_components as docker  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise LabError(EXTRA.format(provider=options.provider)) from error
    if options.provider == "compose":
        return await asyncio.to_thread(docker.adopt_compose, directory)
    profile, secrets = options.profile, DatabaseSecrets()
    wanted = docker.DockerLabRequest(
        target=profile.app,
        environment=partial(container_environment, profile, secrets.app),
        ready_path=profile.ready_path,
        real=options.engine != "embedded",
        secrets=secrets,
        token=options.engine_token,
    )
    return await asyncio.to_thread(docker.parts, directory, keeper, wanted)


def _create_processes(options: LabOptions, directory: Path, keeper: Watchdog) -> Components:
    binary = program(options.engine)
    secrets = _secrets(options.profile)
    database = PostgresProcess(directory, keeper, secrets=secrets)
    proxied = Endpoint(LOOPBACK, take_port(int(options.profile.database.get("port", POSTGRES))))
    app_address, link = (Endpoint(LOOPBACK, free_port()) for _ in range(2))
    settings = app_environment(options.profile, secrets.app, proxied)
    needed = create_dependencies(options.profile, directory, keeper, settings)
    settings = {**settings, **needed.told}
    reached = (proxied.port, *needed.ports)
    another = partial(_app_process, options.profile, directory, keeper, settings, needed.ports)
    app = another()

    def standby(number: int) -> Standby:
        name = f"postgres-{number}"
        follower = PostgresProcess(directory, keeper, name=name, follows=link, secrets=secrets)
        return Standby(database=follower, upstream=Endpoint(LOOPBACK, follower.port))

    return Components(
        database=database,
        engine=EngineProcess(directory, keeper, binary, token=options.engine_token),
        meter=EngineProcess(directory, keeper, token=options.engine_token) if binary else None,
        app=app,
        another_app=another,
        ways={
            "postgres": _local_way(proxied, database.port),
            "app": _local_way(app_address, app.port),
            **{name: _local_way(listen, port) for name, (listen, port) in needed.routes.items()},
        },
        dependencies=needed.servers,
        workers=create_workers(
            options.profile, directory, keeper, settings, (*reached, app.port, app_address.port)
        ),
        told=needed.told,
        reached=reached,
        app_address=app_address,
        app_database_url=database.url.replace(f":{database.port}/", f":{proxied.port}/"),
        replication=Replication(
            listen=link, standby=standby, unsupported_reason=postgres_standby.lacking
        ),
    )


def _secrets(profile: AppProfile) -> DatabaseSecrets:
    """New passwords, and the names and password that are hard-coded in the app."""
    fixed = profile.database
    return DatabaseSecrets(
        role=fixed.get("user", APP_ROLE), database=fixed.get("name", DATABASE),
        **({"app": fixed["password"]} if "password" in fixed else {}),
    )  # fmt: skip


def _app_process(
    profile: AppProfile,
    directory: Path,
    keeper: Watchdog,
    settings: Mapping[str, str],
    pooled: Sequence[int],
) -> AppProcess:
    return AppProcess(
        directory,
        keeper,
        profile.app,
        factory=profile.factory,
        environment=settings,
        cwd=profile.cwd,
        ready_path=profile.ready_path,
        any_answer=not profile.has_readiness,
        python=profile.python,
        # An app of Squall itself needs no isolation, and may use its own pooler.
        ports=None if profile.cwd is None else (int(settings["PGPORT"]), *pooled),
        pooled=pooled,
    )


def _local_way(listen: Endpoint, server_port: int) -> ProxyRoute:
    meter = Endpoint(LOOPBACK, free_port())
    upstream = Endpoint(LOOPBACK, server_port)
    return ProxyRoute(listen=listen, upstream=upstream, metered=meter, meter=meter)


def program(engine: str) -> str | None:
    """The program of the real server, or None for the embedded engine.

    Raises:
        LabError: it is not installed.
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
