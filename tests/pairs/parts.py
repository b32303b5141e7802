"""A transfer of numbers only: no key of the request is in its rows. Broken: its two entries are in
two transactions. Sound: in one.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS transfer (id serial PRIMARY KEY, cents int);"
    "CREATE TABLE IF NOT EXISTS entry (id serial PRIMARY KEY, cents int,"
    " transfer_id int REFERENCES transfer (id))"
)
ENTRY = "INSERT INTO entry (cents, transfer_id) VALUES ($1, $2)"


def make(*, in_one: bool) -> FastAPI:
    app = make_app(with_tables(TABLES))

    @app.post("/transfers", status_code=201)
    async def transfer() -> dict[str, int]:
        async with app.state.pool.acquire() as connection:
            async with connection.transaction():
                number = await connection.fetchval(
                    "INSERT INTO transfer (cents) VALUES (5) RETURNING id"
                )
                await connection.execute(ENTRY, -5, number)
                if in_one:
                    await connection.execute(ENTRY, 5, number)
            if not in_one:
                await connection.execute(ENTRY, 5, number)
        return {"id": number}

    return app


def broken() -> FastAPI:
    return make(in_one=False)


def sound() -> FastAPI:
    return make(in_one=True)
