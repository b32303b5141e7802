"""SQL files of the set-up run as the administrator; the app's role owns what they make."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest
from squall.config.pyproject import load_profile
from squall.core.errors import LabError
from squall.lab.lab import lab
from squall.lab.lab_options import LabOptions

APP = """
import psycopg
from fastapi import FastAPI

app = FastAPI()

@app.get("/items")
def items():
    with psycopg.connect("") as connection:
        connection.execute("ALTER TABLE shop.items ADD COLUMN IF NOT EXISTS more int")
        return connection.execute("SELECT name FROM shop.items").fetchall()
"""
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS plpgsql;
CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('s', 'l');
CREATE TABLE shop.items (id serial PRIMARY KEY, name text, fits shop.size);
ALTER TABLE shop.items OWNER TO developer;
COPY shop.items (name, fits) FROM stdin;
chair\ts
\\.
"""
OWNERS = """
SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'shop'
UNION ALL SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'shop'
UNION ALL SELECT typowner::regrole::text FROM pg_type WHERE typname = 'size'
"""


def project(home: Path, schema: str) -> LabOptions:
    (home / "main.py").write_text(APP)
    (home / "schema.sql").write_text(schema)
    (home / "rows.py").write_text(
        "import psycopg\nwith psycopg.connect('') as c:\n"
        "    c.execute(\"INSERT INTO shop.items (name) VALUES ('table')\")\n"
    )
    (home / "pyproject.toml").write_text(
        '[tool.squall]\napp = "main:app"\nsetup = ["schema.sql"]\n'
        f'seed = ["{sys.executable} rows.py"]\n'
    )
    profile = load_profile(home)
    assert profile is not None
    return LabOptions(profile=profile)


async def test_a_dump_is_loaded_and_belongs_to_the_app(tmp_path: Path) -> None:
    async with asyncio.timeout(100), lab(project(tmp_path, SCHEMA)) as running:
        connection = await asyncpg.connect(running.database.admin_url, ssl=False)
        try:
            owners = {row[0] for row in await connection.fetch(OWNERS)}
            names = [row[0] for row in await connection.fetch("SELECT name FROM shop.items")]
        finally:
            await connection.close()
        assert owners == {"app"}
        assert names == ["chair", "table"]
        assert [one.path for one in running.profile.operations] == ["/items"]


async def test_a_mistake_in_the_file_is_shown_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"schema\.sql:2: ERROR:  syntax error"):
        async with asyncio.timeout(100), lab(project(tmp_path, "SELECT 1;\nCREATE TABEL x;\n")):
            pass
