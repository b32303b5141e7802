"""Users are confirmed, promoted and added on a real PostgreSQL, whatever their tables look like."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from squall.lab.observer import Observer
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.user_accounts import UserAccounts

TABLES = """
CREATE TYPE rank AS ENUM ('USER', 'EDITOR', 'ADMIN');
CREATE TABLE roles (id serial PRIMARY KEY, name varchar(20) UNIQUE);
INSERT INTO roles (name) VALUES ('user'), ('Admin');
CREATE TABLE tenants (id uuid PRIMARY KEY);
CREATE TABLE "user" (
    id uuid PRIMARY KEY, email varchar(100) UNIQUE NOT NULL, "hashedPassword" text NOT NULL,
    is_active boolean NOT NULL, "isVerified" boolean NOT NULL DEFAULT false, rank rank NOT NULL,
    role varchar(10) DEFAULT 'user', role_id int REFERENCES roles, is_superuser boolean NOT NULL,
    verified_at timestamptz, created_at timestamp NOT NULL, settings jsonb NOT NULL,
    tenant_id uuid REFERENCES tenants
);
CREATE TABLE user_roles (
    user_id uuid REFERENCES "user", role_id int REFERENCES roles, PRIMARY KEY (user_id, role_id)
);
CREATE TABLE shops (id serial PRIMARY KEY, email text, is_active boolean DEFAULT false);
INSERT INTO shops (email) VALUES ('squall@example.com');
"""
REGISTERED = """
INSERT INTO "user" VALUES (gen_random_uuid(), 'Squall@example.com', 'x', false, false, 'USER',
                           'user', 1, false, NULL, now(), '{}', NULL)
"""
ROW = """
SELECT is_active, "isVerified", role, role_id, is_superuser, verified_at IS NOT NULL,
       (SELECT count(*) FROM user_roles) FROM "user"
"""


@pytest.fixture
async def server(public_directory: Path) -> AsyncIterator[PostgresProcess]:
    keeper = Watchdog()
    keeper.watch_directory(public_directory)
    server = PostgresProcess(public_directory, keeper)
    try:
        await server.start()
        yield server
    finally:
        await server.close()
        await keeper.close()


async def test_a_user_is_confirmed_promoted_and_added(server: PostgresProcess) -> None:
    app = await asyncpg.connect(server.url, timeout=5, ssl=False)
    await app.execute(TABLES)
    observer = Observer(server.admin_url)
    accounts = UserAccounts(observer.run)
    try:
        assert await accounts.unlock() == ()
        await app.execute(REGISTERED)
        assert len(await accounts.unlock()) == 3
        assert await accounts.unlock() == ()
        assert tuple(await app.fetchrow(ROW)) == (True, True, "user", 1, False, True, 0)
        await accounts.promote()
        assert tuple(await app.fetchrow(ROW)) == (True, True, "admin", 2, True, True, 1)
        await app.execute('TRUNCATE "user" CASCADE')
        first, *_ = await accounts.inserts()
        assert (await accounts.add(first))[0].startswith("INSERT")
        assert tuple(await app.fetchrow(ROW)) == (True, True, "admin", 2, True, True, 1)
        assert not await app.fetchval("SELECT is_active FROM shops")
    finally:
        await observer.close()
        await app.close()
