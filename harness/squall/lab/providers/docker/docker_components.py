"""The components of a lab as containers: created for this lab, or started by compose.

network of the lab:   app ─▶ toxiproxy:15432 ─▶ meter:15432 ─▶ postgres:5432
                      toxiproxy:18000 ─▶ meter:18000 ─▶ app:8000
this machine:         127.0.0.1, a port each for both APIs, the proxy "app", app and PostgreSQL
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.components import Components, ProxyRoute, Replication, Standby
from squall.lab.credentials import DatabaseSecrets
from squall.lab.endpoint import Endpoint
from squall.lab.providers.docker import app_container, compose, engine_container, postgres_container
from squall.lab.providers.docker.container_factory import ContainerFactory
from squall.lab.providers.docker.docker_client import plain
from squall.lab.providers.process.watchdog import Watchdog

ANY = "0.0.0.0"  # noqa: S104 - of a container, whose ports are published on loopback
ENGINE, METER = "toxiproxy", "meter"


def way(port: int, upstream: Endpoint) -> ProxyRoute:
    """A route with the same fixed port in the containers of the engine and of the metering
    proxy.
    """
    return ProxyRoute(
        listen=Endpoint(ANY, port),
        upstream=upstream,
        metered=Endpoint(ANY, port),
        meter=Endpoint(METER, port),
    )


def ways(app_port: int) -> dict[str, ProxyRoute]:
    """The routes of both proxies, for an app that listens on this port in its container."""
    return {
        "postgres": way(
            engine_container.DATABASE_PORT,
            Endpoint(postgres_container.ALIAS, postgres_container.PORT),
        ),
        "app": way(engine_container.APP_PORT, Endpoint(app_container.ALIAS, app_port)),
    }


def replication(
    directory: Path, yard: ContainerFactory, engine: str, secrets: DatabaseSecrets
) -> Replication:
    """Standbys in their own containers, behind the engine of this name."""
    link = Endpoint(engine, engine_container.REPLICATION_PORT)

    def standby(number: int) -> Standby:
        alias = f"{postgres_container.ALIAS}-{number}"
        follower = postgres_container.PostgresContainer.new(
            directory, yard, alias, follows=link, secrets=secrets
        )
        return Standby(database=follower, upstream=Endpoint(alias, postgres_container.PORT))

    return Replication(listen=Endpoint(ANY, link.port), standby=standby)


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerLabRequest:
    """The containers to create."""

    target: str
    """The app: ``docker:IMAGE``, or the reference app."""
    environment: Callable[[Endpoint], Mapping[str, str]]
    """The variables for the app, given the address of its database."""
    ready_path: str
    secrets: DatabaseSecrets
    token: str
    """The token of the embedded engine's API; empty if it is open."""
    real: bool
    """Whether to use Toxiproxy with a metering proxy behind it, or the embedded engine."""


def parts(directory: Path, keeper: Watchdog, wanted: DockerLabRequest) -> Components:
    """Create the containers of a new lab.

    Raises:
        LabError: no Docker engine answers, or an image cannot be pulled.
        UsageError: the target does not name an image.
    """
    yard = ContainerFactory(keeper)
    image = app_container.image_of(yard.client, wanted.target)
    database = postgres_container.PostgresContainer.new(directory, yard, secrets=wanted.secrets)
    proxied = Endpoint(ENGINE, engine_container.DATABASE_PORT)
    engine = engine_container.EngineContainer(
        directory, yard, ENGINE, real=wanted.real, token=wanted.token
    )
    meter = (
        engine_container.EngineContainer(directory, yard, METER, real=False, token=wanted.token)
        if wanted.real
        else None
    )
    settings = wanted.environment(proxied)
    return Components(
        database=database,
        engine=engine,
        meter=meter,
        app=app_container.AppContainer.new(directory, yard, image, settings, wanted.ready_path),
        ways=ways(image.port),
        app_address=engine.app,
        app_database_url=database.url.replace(f"{database.host}:{database.port}", str(proxied)),
        replication=replication(directory, yard, METER if wanted.real else ENGINE, wanted.secrets),
        clear=lambda: asyncio.to_thread(yard.clear),
    )


def adopt_compose(directory: Path) -> Components:
    """The containers of ``docker-compose.yml``, found by their labels.

    Raises:
        LabError: no Docker engine answers, or a component does not run.
    """
    client = plain()
    try:
        found = compose.find(client)
    except LabError:
        client.close()
        raise
    proxied = Endpoint(ENGINE, engine_container.DATABASE_PORT)
    return Components(
        database=compose.postgres(found, directory),
        engine=compose.ComposeEngine(found["toxiproxy"]),
        meter=compose.ComposeEngine(found["meter"]),
        app=compose.app(found, directory),
        ways={},
        app_address=compose.published(found["toxiproxy"], engine_container.APP_PORT),
        app_database_url=f"postgresql://app@{proxied}/app",
        adopted=True,
        clear=lambda: asyncio.to_thread(client.close),
    )
