"""What several pairs of the tenth set share: psycopg2 in threads, and the library's own pools."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from psycopg2.pool import ThreadedConnectionPool  # type: ignore[import-untyped]

from tests.pairs.ninth_parts import BARE, LIMITS

PLACES = 10
Commit = Callable[[Any], None]


def commit_once(held: Any) -> None:
    """An error of COMMIT is an error of the request."""
    held.commit()


def roll_back(held: Any) -> None:
    """Whatever the transaction's state is; a connection that cannot is closed."""
    if not held.closed:
        try:
            held.rollback()
        except psycopg2.Error:
            held.close()


class Threads:
    """psycopg2's pool, with a wait for a place that ends."""

    def __init__(self, commit: Commit = commit_once) -> None:
        self._free = threading.Semaphore(PLACES)
        self._commit = commit
        self._pool: Any = None

    def open(self, tables: str) -> None:
        """Connect, and make the tables."""
        self._pool = ThreadedConnectionPool(1, PLACES, BARE, options=LIMITS, connect_timeout=2)
        with self.cursor() as cursor:
            cursor.execute(tables)

    def close(self) -> None:
        """All connections."""
        self._pool.closeall()

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """In a transaction of its own."""
        if not self._free.acquire(timeout=0.5):
            raise TimeoutError
        try:
            yield from self._lent()
        finally:
            self._free.release()

    def _lent(self) -> Iterator[Any]:
        held = self._pool.getconn()
        ended = False
        try:
            with held.cursor() as cursor:
                yield cursor
            self._commit(held)
            ended = True
        finally:
            if not ended:
                roll_back(held)
            self._pool.putconn(held, close=bool(held.closed))
