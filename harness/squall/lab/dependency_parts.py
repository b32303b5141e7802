"""The servers other than PostgreSQL that an app depends on, and its workers, as lab components.

app ──▶ proxy "redis" ──▶ [meter] ──▶ redis
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.config.dependencies import Dependency
from squall.config.profile import AppProfile
from squall.core.errors import UsageError
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.isolation.usual_ports import REDIS, take_port
from squall.lab.providers.process.dependency_process import HOST, DependencyProcess
from squall.lab.providers.process.redis_server import RedisServer
from squall.lab.providers.process.stand_in_process import StandInProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.providers.process.worker_process import WorkerProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The servers, not started, and the routes to them."""

    servers: Sequence[DependencyProcess | StandInProcess]
    routes: Mapping[str, tuple[Endpoint, int]]
    """By name: where its proxy listens, and the port of the server."""
    told: Mapping[str, str]
    """The variables that pass the proxies' addresses to the app."""

    @property
    def ports(self) -> list[int]:
        """Where the proxies listen."""
        return [listen.port for listen, _ in self.routes.values()]


def create_dependencies(
    profile: AppProfile, directory: Path, keeper: Watchdog, settings: Mapping[str, str]
) -> Dependencies:
    """One server and one route for each that the profile declares.

    Raises:
        UsageError: a variable has an unknown placeholder, or an answer's file cannot be used.
    """
    servers, routes, told = [], {}, dict[str, str]()
    for one in profile.dependencies:
        server = _server_of(one, directory, keeper, settings, profile.cwd)
        listen = Endpoint(HOST, take_port(REDIS) if one.kind == "redis" else free_port())
        servers.append(server)
        routes[one.name] = (listen, server.port)
        told |= one.filled(listen.host, listen.port)
    return Dependencies(servers=servers, routes=routes, told=told)


def _server_of(
    one: Dependency,
    directory: Path,
    keeper: Watchdog,
    settings: Mapping[str, str],
    cwd: Path | None,
) -> DependencyProcess | StandInProcess:
    if one.kind == "http":
        return StandInProcess(one, directory, keeper, cwd=cwd)
    made = RedisServer if one.kind == "redis" else DependencyProcess
    return made(one, directory, keeper, environment=settings, cwd=cwd)


def create_workers(
    profile: AppProfile, directory: Path, keeper: Watchdog, settings: Mapping[str, str],
    ports: Sequence[int],
) -> list[WorkerProcess]:  # fmt: skip
    """The app's processes other than its server, not started. ``ports`` are those that they
    may reach.
    """
    return [
        WorkerProcess(
            one, directory, keeper, environment=settings, cwd=profile.cwd, python=profile.python,
            ports=ports,
        )
        for one in profile.processes
    ]  # fmt: skip


def refuse_dependencies(profile: AppProfile, provider: str) -> None:
    """Refuse dependencies: only labs made of local processes support them so far.

    Raises:
        UsageError: the profile declares some.
    """
    if profile.dependencies or profile.processes:
        raise UsageError(
            f"provider {provider}: dependencies and processes of [tool.squall] are started on this"
            " machine only; leave out --provider"
        )
