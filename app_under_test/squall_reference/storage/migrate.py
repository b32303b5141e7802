"""Brings the tables to the newest revision, whenever the database gets ready.

    empty           create everything, stamp            one transaction, Alembic is not loaded
    newest          nothing                             one question
    anything else   Alembic, one transaction            while the app answers "not ready"

``python -m squall_reference.storage.migrate`` does the same before a deployment.
An advisory lock lets several processes start at once; a lock time-out keeps a migration that has
to wait for a long transaction from blocking everybody behind it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.settings import Settings
from squall_reference.storage import schema
from squall_reference.storage.engine import Database, milliseconds

SCRIPTS = Path(__file__).parent / "migrations"
STATEMENT_SECONDS = 600.0
"""A migration may take longer than a request."""

LOCK = 7_368_117
"""Advisory lock of all processes that migrate this database."""

FIND = """SELECT to_regclass('alembic_version') IS NOT NULL AS stamped,
    to_regclass('items') IS NOT NULL AS filled"""
REVISION = "SELECT version_num FROM alembic_version"


async def ensure(database: Database, settings: Settings) -> None:
    """The newest tables, and the settings' items if there is none.

    Raises:
        Exception: the driver's; nothing was changed.
    """
    async with database.engine.connect() as connection:
        if await _created(connection, settings):
            return
    await asyncio.to_thread(_load_alembic)
    patient = Database(settings, size=1, command_seconds=STATEMENT_SECONDS)
    try:
        async with patient.engine.connect() as connection:
            await _migrated(connection, settings)
    finally:
        await patient.dispose(settings.deadline_seconds)


async def _created(connection: AsyncConnection, settings: Settings) -> bool:
    """Whether nothing is left to do, now."""
    async with connection.begin():
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        found = (await connection.execute(text(FIND))).one()
        if found.stamped:
            revision = (await connection.execute(text(REVISION))).scalar_one_or_none()
            return bool(revision == schema.HEAD)
        if found.filled:
            return False
        for statement in schema.STATEMENTS:
            await connection.execute(text(statement))
        await _seed(connection, settings)
        return True


async def _migrated(connection: AsyncConnection, settings: Settings) -> None:
    limit = milliseconds(STATEMENT_SECONDS)
    async with connection.begin():
        await connection.execute(text(f"SET LOCAL statement_timeout = {limit}"))
        await connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {limit}"))
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(upgrade)
        await _seed(connection, settings)


async def _seed(connection: AsyncConnection, settings: Settings) -> None:
    values = {"items": settings.items, "stock": settings.stock}
    await connection.execute(text(schema.SEED), values)


def _load_alembic() -> None:
    """Importing takes a third of a second: not on the event loop."""
    import alembic.command  # noqa: F401, PLC0415 - see above


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run Alembic's scripts on ``connection``, in the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - see _load_alembic
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def main() -> None:
    """Migrate the database of the environment."""
    settings = Settings()  # type: ignore[call-arg] # the environment supplies them
    database = Database(settings, size=1)
    try:
        await ensure(database, settings)
    finally:
        await database.dispose(settings.deadline_seconds)


if __name__ == "__main__":
    asyncio.run(main())
