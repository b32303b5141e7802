"""Price lists of shops, and an export of each, kept in a file until a price changes; psycopg2.

Broken: the file is written page by page under its name, so that an error leaves the first pages,
which are served from then on. Sound: it gets its name when it is whole.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path as File
from typing import IO, Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI, Path
from fastapi.responses import PlainTextResponse
from psycopg2 import extensions
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import refuse, wait_in_time
from tests.pairs.tenth_parts import Threads

TABLES = (
    "CREATE TABLE IF NOT EXISTS prices (shop int NOT NULL, ware int NOT NULL, cents int NOT NULL,"
    " PRIMARY KEY (shop, ware));"
    "INSERT INTO prices SELECT s, w, s * w FROM generate_series(1, 6) s, generate_series(1, 40) w"
    " ON CONFLICT DO NOTHING"
)
PAGE = "SELECT ware, cents FROM prices WHERE shop = %s AND ware > %s ORDER BY ware LIMIT 10"
CHANGE = "UPDATE prices SET cents = %s WHERE shop = %s AND ware = %s"
Shop = Annotated[int, Path(ge=1, le=6)]
Ware = Annotated[int, Path(ge=1, le=40)]


class Price(BaseModel):
    """What a client sends."""

    cents: int = Field(ge=1, le=9999)


class Exports:
    """A file for each shop."""

    def __init__(self, database: Threads, *, renames: bool) -> None:
        self._database = database
        self._renames = renames
        self._folder = File(tempfile.mkdtemp(prefix="exports-"))
        self._locks = {shop: threading.Lock() for shop in range(1, 7)}
        self._changes = dict.fromkeys(range(1, 7), 0)

    def forget(self, shop: int) -> None:
        """Its prices are others now, or may be."""
        self._changes[shop] += 1
        self._file(shop).unlink(missing_ok=True)

    def read(self, shop: int) -> str:
        """From its file, or from the database."""
        with self._locked(shop):
            kept = self._file(shop)
            with suppress(FileNotFoundError):
                return kept.read_text()
            before = self._changes[shop]
            written = kept.with_suffix(".part") if self._renames else kept
            with written.open("w+") as lines:
                self._write(shop, lines)
                lines.seek(0)
                text = lines.read()
            if self._renames:
                written.replace(kept)
            if before != self._changes[shop]:
                kept.unlink(missing_ok=True)
            return text

    def _file(self, shop: int) -> File:
        return self._folder / f"{shop}.csv"

    def _write(self, shop: int, lines: IO[str]) -> None:
        lines.write("ware,cents\n")
        last = 0
        while True:
            with self._database.cursor() as cursor:
                cursor.execute(PAGE, (shop, last))
                page = cursor.fetchall()
            if not page:
                return
            lines.writelines(f"{ware},{cents}\n" for ware, cents in page)
            lines.flush()
            last = page[-1][0]

    @contextmanager
    def _locked(self, shop: int) -> Iterator[None]:
        if not self._locks[shop].acquire(timeout=0.8):
            raise TimeoutError
        try:
            yield
        finally:
            self._locks[shop].release()


def make(*, renames: bool) -> FastAPI:
    database = Threads()
    exports = Exports(database, renames=renames)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        database.open(TABLES)
        yield
        database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg2.DatabaseError, psycopg2.InterfaceError, TimeoutError)

    @app.get("/shops/{shop}/export", response_class=PlainTextResponse)
    def export(shop: Shop) -> PlainTextResponse:
        return PlainTextResponse(exports.read(shop), media_type="text/csv")

    @app.put("/shops/{shop}/prices/{ware}")
    def change(shop: Shop, ware: Ware, sent: Price) -> dict[str, Any]:
        try:
            with database.cursor() as cursor:
                cursor.execute(CHANGE, (sent.cents, shop, ware))
        finally:
            exports.forget(shop)
        return {"shop": shop, "ware": ware, "cents": sent.cents}

    return app


def broken() -> FastAPI:
    return make(renames=False)


def sound() -> FastAPI:
    return make(renames=True)
