"""Mutants that run a statement of their own at each start, behind the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import text
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

ensure_tables = migrate.ensure


def run_at_each_start(
    statement: str, values: Callable[[Settings], Mapping[str, object]] = lambda _settings: {}
) -> None:
    """Let each start execute this, with values of the settings."""

    async def ensure(database: Database, settings: Settings) -> None:
        await ensure_tables(database, settings)
        async with database.engine.begin() as held:
            await held.execute(text(statement), values(settings))

    replace(migrate, "ensure", ensure)
