"""Both ways to the newest tables give the same tables, and old data comes along."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from squall_reference.settings import Settings
from squall_reference.storage import migrate, schema
from squall_reference.storage.engine import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")

COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"""
CONSTRAINTS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    ORDER BY 1, 2"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"


def settings_for(address: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", address)
    return Settings(items=3, stock=10)  # type: ignore[call-arg]


async def tables(url: str) -> list[list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(url, ssl=False)
    try:
        queries = (COLUMNS, CONSTRAINTS, INDEXES)
        return [[tuple(row) for row in await connection.fetch(query)] for query in queries]
    finally:
        await connection.close()


async def upgraded(settings: Settings, revision: str) -> None:
    database = Database(settings, size=1)
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate.upgrade, revision)
    await database.dispose(1)


async def ensured(settings: Settings) -> None:
    database = Database(settings, size=1)
    await migrate.ensure(database, settings)
    await database.dispose(1)


async def test_from_scratch_and_by_migration_are_the_same(
    address: str, final_state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(address, monkeypatch)
    await ensured(settings)
    from_scratch = await tables(final_state.url)
    await final_state.value("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await upgraded(settings, "head")
    assert await tables(final_state.url) == from_scratch


async def test_old_orders_keep_their_keys_and_answers(
    address: str, final_state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(address, monkeypatch)
    await upgraded(settings, "0001")
    await final_state.value("INSERT INTO items VALUES (1, 'chair', 9)")
    await final_state.value(
        "INSERT INTO orders (item_id, quantity, idempotency_key, request_hash)"
        " VALUES (1, 2, 'k', 'h')"
    )
    await ensured(settings)
    assert await final_state.value("SELECT version_num FROM alembic_version") == schema.HEAD
    answer = "SELECT body FROM answers WHERE operation = 'place-order' AND idempotency_key = 'k'"
    assert await final_state.value(answer) == '{"id" : 1, "item_id" : 1, "quantity" : 2}'
    assert await final_state.value("SELECT count(*) FROM items") == 1, (
        "only an empty catalogue is seeded"
    )


async def test_several_processes_may_start_at_once(
    address: str, final_state: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(address, monkeypatch)
    await asyncio.gather(*(ensured(settings) for _ in range(5)))
    assert await final_state.value("SELECT count(*) FROM items") == 3


async def test_the_newest_script_is_the_one_that_an_empty_database_is_stamped_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]
