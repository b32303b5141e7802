"""What no answer and no list tells is found in the database by the key of its request."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.history.op import Op
from squall.lab.discovery import Discovery, discover
from squall.lab.made_rows import MadeRows
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall.workload.open_loop import OpenLoop
from squall.workload.plan import LoadPlan

TABLES = """
CREATE TABLE notes (id serial PRIMARY KEY, text text, hidden boolean NOT NULL DEFAULT false);
INSERT INTO notes (text) SELECT 'there from the start' FROM generate_series(1, 3);
CREATE TABLE subscribers (email text PRIMARY KEY);
INSERT INTO subscribers VALUES ('first@example.com');
CREATE TABLE settings (id int PRIMARY KEY, text text);
INSERT INTO settings VALUES (1, 'there from the start');
CREATE TABLE drafts (id serial PRIMARY KEY, text text);
"""


class Note(BaseModel):
    text: str


class Subscriber(BaseModel):
    email: str


@pytest.fixture
def public_directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="lab-test-")).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


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


class Rows:
    """One statement of the app, on a connection of its own."""

    def __init__(self, url: str, database: Any) -> None:
        self._url, self._database = url, database

    async def run(self, sql: str, *given: Any) -> str:
        """What PostgreSQL says of it."""
        self._database.execute()
        connection = await asyncpg.connect(self._url, timeout=5, ssl=False)
        try:
            return str(await connection.execute(sql, *given))
        finally:
            await connection.close()

    async def remove(self, sql: str, *given: Any) -> None:
        """The same; 404 if there was no such row."""
        if (await self.run(sql, *given)).endswith(" 0"):
            raise HTTPException(404)


def silent_app(rows: Rows) -> FastAPI:
    """Its writes answer nothing that names what they made, and it has no lists."""
    app = FastAPI()

    @app.post("/notes", status_code=204)
    async def make(note: Note) -> None:
        await rows.run("INSERT INTO notes (text) VALUES ($1)", note.text)

    @app.post("/subscribers")
    async def subscribe(one: Subscriber) -> dict[str, str]:
        await rows.run("INSERT INTO subscribers VALUES ($1)", one.email)
        return {"message": "welcome"}

    @app.post("/settings", status_code=204)
    async def change(note: Note) -> None:
        await rows.run("UPDATE settings SET text = $1", note.text)

    @app.post("/drafts", status_code=204)
    async def draft(note: Note) -> None:
        await rows.run("INSERT INTO drafts (text) VALUES ($1)", note.text)

    add_deletions(app, rows)
    return app


def add_deletions(app: FastAPI, rows: Rows) -> None:
    @app.delete("/notes/{note_id}", status_code=204)
    async def delete(note_id: int) -> None:
        await rows.remove("DELETE FROM notes WHERE id = $1", note_id)

    @app.delete("/subscribers/{email}")
    async def unsubscribe(email: str) -> dict[str, str]:
        await rows.remove("DELETE FROM subscribers WHERE email = $1", email)
        return {"message": "good bye"}

    @app.delete("/settings/{setting_id}", status_code=204)
    async def reset(setting_id: int) -> None:
        await rows.remove("DELETE FROM settings WHERE id = $1", setting_id)

    @app.delete("/drafts/{draft_id}", status_code=204)
    async def drop(draft_id: int) -> None:
        await rows.run("SELECT $1::int", draft_id)


async def found_of(url: str, made: MadeRows | None, database: Any) -> Discovery:
    profile = AppProfile(name="app", app="app:app", contract=DEFAULT_CONTRACT, writes=True)
    async with asyncio.timeout(60):
        return await discover(profile, url, 1, database.traffic, made=made)


async def rows_of(server: PostgresProcess, query: str) -> list[Any]:
    async with server.session() as session:
        return list(await session.values(query))


FIRST = (
    "SELECT count(*) FROM notes WHERE text = 'there from the start'",
    "SELECT count(*) FROM subscribers WHERE email = 'first@example.com'",
    "SELECT count(*) FROM settings",
)


async def test_what_the_load_made_is_deleted_by_the_keys_of_the_database(
    server: PostgresProcess, serving: Any, database: Any
) -> None:
    rows, made = Rows(server.url, database), MadeRows(lambda: server)
    await rows.run(TABLES)
    with serving(silent_app(rows)) as url:
        without = await found_of(url, None, database)
        assert "DELETE /notes/{note_id}" in without.left_out
        found = await found_of(url, made, database)
        paths = {one.path for one in found.profile.operations if one.method == "DELETE"}
        assert paths == {"/notes/{answer.id}", "/subscribers/{answer.email}"}
        assert "of what the load itself made" in found.left_out["DELETE /settings/{setting_id}"]
        assert "without a change" in found.left_out["DELETE /drafts/{draft_id}"]
        deletions = [one for one in await loaded(url, found) if one.name.startswith(("del", "uns"))]
    await made.close()
    assert len(deletions) >= 3
    assert {op.status for op in deletions} <= {200, 204}
    assert [(await rows_of(server, query))[0] for query in FIRST] == [3, 1, 1]


async def loaded(url: str, found: Discovery) -> list[Op]:
    ops = list[Op]()
    plan = LoadPlan(
        base_url=url, operations=found.profile.operations, rate_per_second=30,
        arrivals="constant", seed=1, run_id="run", start_at=time.monotonic(), max_seconds=1.5,
        timeout_seconds=2.0, refused_statuses=frozenset(),
    )  # fmt: skip
    await OpenLoop(plan, ops.append).run()
    return ops


async def test_a_look_answers_nothing_to_others_and_while_the_database_is_down(
    server: PostgresProcess,
) -> None:
    made = MadeRows(lambda: server)
    async with server.session() as session:
        await session.execute("CREATE TABLE notes (id int, text text)")
        await session.execute("INSERT INTO notes VALUES (1, 'of Run-12'), (2, 'of run-1')")
    address = await made.address("public.notes", ["id"])
    assert await asked(address.replace("{key}", "run-1")) == '{"id" : 2}'
    assert await asked(address.replace("{key}", "run-3")) == ""
    token = address.split("/")[3]
    assert await asked(address.replace("{key}", "run-1").replace(token, "0" * len(token))) == ""
    assert await asked(address.replace("{key}", "'; DROP TABLE notes; --")) == ""
    assert set(await made.rows("run-1")) == {"public.notes"}
    await server.close()
    assert await asked(address.replace("{key}", "run-1")) == ""
    await made.close()


async def asked(address: str) -> str:
    """The body of the answer."""
    port, _, path = address.removeprefix("http://127.0.0.1:").partition("/")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    writer.write(f"GET /{path} HTTP/1.1\r\nHost: lab\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer.partition("\r\n\r\n")[2]
