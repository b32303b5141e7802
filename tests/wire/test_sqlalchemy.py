"""SQLAlchemy on asyncpg and on psycopg behind a Wire: its pool gets over every rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

pytestmark = pytest.mark.asyncio(loop_scope="module")

INSERT = text("INSERT INTO t VALUES (:n)")


@pytest_asyncio.fixture(loop_scope="module", params=["asyncpg", "psycopg"])
async def engine_of_driver(
    bench: Any, request: pytest.FixtureRequest
) -> AsyncIterator[AsyncEngine]:
    driver = str(request.param)
    pytest.importorskip(driver)
    plain = {"ssl": False} if driver == "asyncpg" else {"sslmode": "disable"}
    url = bench.url.replace("postgresql://", f"postgresql+{driver}://")
    engine = create_async_engine(url, connect_args=plain, pool_size=1, max_overflow=0)
    yield engine
    await engine.dispose()


async def insert(engine: AsyncEngine, number: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(INSERT, {"n": number})


FAILURES: dict[str, tuple[dict[str, Any], int]] = {
    "error in the transaction": (
        {"on": "statement", "statement": "^insert", "do": "error", "sqlstate": "40001"},
        0,
    ),
    "error of the commit": (
        {"on": "statement", "statement": "^commit", "do": "error", "sqlstate": "40001"},
        0,
    ),
    "cut before the commit": ({"on": "statement", "statement": "^commit", "do": "cut"}, 0),
    "cut after the commit": ({"on": "reply", "tag": "^COMMIT$", "do": "cut"}, 1),
    "fatal": (
        {"on": "statement", "statement": "^insert", "do": "fatal", "sqlstate": "57P01"},
        0,
    ),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_the_next_transaction_works(
    bench: Any, engine_of_driver: AsyncEngine, name: str
) -> None:
    rule, written = FAILURES[name]
    await insert(engine_of_driver, 1)
    armed = bench.arm(times=1, **rule)
    with pytest.raises(DBAPIError) as caught:
        await insert(engine_of_driver, 2)
    assert (await bench.count(), armed.bites) == (1 + written, 1)
    if rule["do"] == "error":
        assert getattr(caught.value.orig, "sqlstate", None) == "40001"
        assert not caught.value.connection_invalidated
    await insert(engine_of_driver, 3)
    assert await bench.count() == 2 + written
