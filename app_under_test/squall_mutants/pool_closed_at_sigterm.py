"""SIGTERM closes every connection of the pool, also those that requests are using.

Mistake: the handler of the signal ends the pool to free the server's connections quickly.
Outage: a new version is deployed while requests are under way.
Symptom: requests that were accepted are answered with an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from squall_reference.errors import Permanent
from squall_reference.orders import service
from squall_reference.storage.engine import Database, connection
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace
from squall_mutants.shared.at_sigterm import Then, app_that_ends

EXPOSED_BY = ("deploy-while-requests-run", "deploy-under-load", "rolling-deploy")
SET = "eighth"

careful = connection
databases: list[Database] = []
closed: list[bool] = []
make = Database.__init__


def noted(self: Database, *given: object, **named: object) -> None:
    """The same, with a list of them."""
    make(self, *given, **named)  # type: ignore[arg-type] # they are passed on
    databases.append(self)


@asynccontextmanager
async def open_connection(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """While the pool is open."""
    if closed:
        raise Permanent
    async with careful(engine, lease) as held:
        yield held


def close(_app: FastAPI, then: Then) -> None:
    """All of them, now."""
    closed.append(True)
    for database in databases:
        database.sockets.abort()
    then()


def create_app() -> FastAPI:
    """The reference app that ends in the wrong order."""
    replace(Database, "__init__", noted)
    replace(service, "connection", open_connection)
    return app_that_ends(close)
