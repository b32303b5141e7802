"""The parts of a lab as containers: made for this lab, or those that compose started.

network of the lab:   app ─▶ toxiproxy:15432 ─▶ meter:15432 ─▶ postgres:5432
                      toxiproxy:18000 ─▶ meter:18000 ─▶ app:8000
this machine:         127.0.0.1, a port each for both APIs, the proxy "app", app and PostgreSQL
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.core.errors import LabError
from harness.providers.base import Endpoint
from harness.providers.docker import app, compose, postgres, proxy
from harness.providers.docker.engine import plain
from harness.providers.docker.yard import Yard
from harness.providers.parts import Parts, Way
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


def parts(
    directory: Path,
    keeper: Keeper,
    *,
    target: str,
    environment: Callable[[Endpoint], Mapping[str, str]],
    ready_path: str,
    real: bool,
) -> Parts:
    """Containers of a lab of its own; ``real``: Toxiproxy with a meter, else the embedded engine.

    Raises:
        LabError: no engine answers, or an image cannot be had.
        UsageError: the target is no image.
    """
    yard = Yard(keeper)
    recipe = app.image_of(yard.client, target)
    database = postgres.PostgresContainer.new(directory, yard)
    proxied = Endpoint(ENGINE, proxy.DATABASE_PORT)
    engine = proxy.ProxyContainer(directory, yard, ENGINE, real=real)
    return Parts(
        database=database,
        engine=engine,
        meter=proxy.ProxyContainer(directory, yard, METER, real=False) if real else None,
        app=app.AppContainer.new(directory, yard, recipe, environment(proxied), ready_path),
        ways={
            "postgres": way(proxied.port, Endpoint(postgres.ALIAS, postgres.PORT)),
            "app": way(proxy.APP_PORT, Endpoint(app.ALIAS, recipe.port)),
        },
        app_address=engine.app,
        app_database_url=database.url.replace(f"{database.host}:{database.port}", str(proxied)),
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
    database = compose.postgres(found, directory)
    proxied = Endpoint(ENGINE, proxy.DATABASE_PORT)
    nowhere = way(0, Endpoint(ANY, 0))
    return Parts(
        database=database,
        engine=compose.Engine(found["toxiproxy"]),
        meter=compose.Engine(found["meter"]),
        app=compose.app(found, directory),
        ways=dict.fromkeys(("postgres", "app"), nowhere),
        app_address=compose.published(found["toxiproxy"], proxy.APP_PORT),
        app_database_url=f"postgresql://app@{proxied}/app",
        adopted=True,
        clear=lambda: asyncio.to_thread(client.close),
    )
