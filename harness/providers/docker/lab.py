"""The parts of a lab as containers: made for this lab, or those that compose started.

network of the lab:   app ─▶ toxiproxy:15432 ─▶ meter:15432 ─▶ postgres:5432
                      toxiproxy:18000 ─▶ meter:18000 ─▶ app:8000
this machine:         127.0.0.1, a port each for both APIs, the proxy "app", app and PostgreSQL
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import LabError
from harness.providers.base import Endpoint
from harness.providers.docker import app, compose, postgres, proxy
from harness.providers.docker.engine import plain
from harness.providers.docker.yard import Yard
from harness.providers.parts import Parts, Replication, Standby, Way
from harness.providers.process.keeper import Keeper

ANY = "0.0.0.0"  # noqa: S104 - of a container, whose ports are published on loopback
ENGINE, METER = "toxiproxy", "meter"


def way(port: int, upstream: Endpoint) -> Way:
    """The same fixed port in the engine's and in the meter's container."""
    return Way(
        listen=Endpoint(ANY, port),
        upstream=upstream,
        metered=Endpoint(ANY, port),
        meter=Endpoint(METER, port),
    )


def ways(app_port: int) -> dict[str, Way]:
    """Both proxies' ways, to an app that listens on this port inside."""
    return {
        "postgres": way(proxy.DATABASE_PORT, Endpoint(postgres.ALIAS, postgres.PORT)),
        "app": way(proxy.APP_PORT, Endpoint(app.ALIAS, app_port)),
    }


def replication(directory: Path, yard: Yard, engine: str) -> Replication:
    """Standbys in containers of their own, behind the engine of this name."""
    link = Endpoint(engine, proxy.REPLICATION_PORT)

    def standby(number: int) -> Standby:
        alias = f"{postgres.ALIAS}-{number}"
        follower = postgres.PostgresContainer.new(directory, yard, alias, follows=link)
        return Standby(database=follower, upstream=Endpoint(alias, postgres.PORT))

    return Replication(listen=Endpoint(ANY, link.port), standby=standby)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which containers are wanted."""

    target: str
    """The app: ``docker:IMAGE``, or the reference app."""
    environment: Callable[[Endpoint], Mapping[str, str]]
    """What the app is told, by the address of its database."""
    ready_path: str
    real: bool
    """Toxiproxy with a meter behind it, or the embedded engine."""


def parts(directory: Path, keeper: Keeper, wanted: Wanted) -> Parts:
    """Containers of a lab of its own.

    Raises:
        LabError: no engine answers, or an image cannot be had.
        UsageError: the target is no image.
    """
    yard = Yard(keeper)
    image = app.image_of(yard.client, wanted.target)
    database = postgres.PostgresContainer.new(directory, yard)
    proxied = Endpoint(ENGINE, proxy.DATABASE_PORT)
    engine = proxy.ProxyContainer(directory, yard, ENGINE, real=wanted.real)
    meter = proxy.ProxyContainer(directory, yard, METER, real=False) if wanted.real else None
    settings = wanted.environment(proxied)
    return Parts(
        database=database,
        engine=engine,
        meter=meter,
        app=app.AppContainer.new(directory, yard, image, settings, wanted.ready_path),
        ways=ways(image.port),
        app_address=engine.app,
        app_database_url=database.url.replace(f"{database.host}:{database.port}", str(proxied)),
        replication=replication(directory, yard, METER if wanted.real else ENGINE),
        clear=lambda: asyncio.to_thread(yard.clear),
    )


def adopted(directory: Path) -> Parts:
    """The containers of ``docker-compose.yml``, found by their labels.

    Raises:
        LabError: no engine answers, or a part does not run.
    """
    client = plain()
    try:
        found = compose.find(client)
    except LabError:
        client.close()
        raise
    proxied = Endpoint(ENGINE, proxy.DATABASE_PORT)
    return Parts(
        database=compose.postgres(found, directory),
        engine=compose.Engine(found["toxiproxy"]),
        meter=compose.Engine(found["meter"]),
        app=compose.app(found, directory),
        ways={},
        app_address=compose.published(found["toxiproxy"], proxy.APP_PORT),
        app_database_url=f"postgresql://app@{proxied}/app",
        adopted=True,
        clear=lambda: asyncio.to_thread(client.close),
    )
