"""Rows that a request made, found in the lab's own database by the key of the request.

POST /subscribers {"email": "squall-7@…"} ──▶ 200 {"message": "welcome"}     names nothing
subscribers (3, squall-7@…)               ◀── the row with the key
DELETE /subscribers/3

The load looks them up while it runs, by a small server on the loopback that reads these rows only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from squall_faults.errors import InjectionFailed
from squall_faults.ports import DatabaseServer

TABLES = """SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 LIMIT 200"""
HAS_KEY = "t::text ~* '{key}([^0-9]|$)'"
"""Not the key of another request that only begins with it."""
KEY = re.compile(r"[\w-]+")
PLACE = "{key}"
"""In the address of a look: where the key of the request stands."""
CALL_SECONDS = 2.0
REQUEST = re.compile(r"GET /(\w+)/(\d+)/([\w-]+) ")
ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"

Row = Mapping[str, Any]
"""Column and value, as JSON."""


class RowSource(Protocol):
    """Finds rows by the key of the request that made them."""

    async def rows(self, key: str) -> Mapping[str, Row]:
        """The row with this key, of each table in which there is exactly one."""

    async def look(self, table: str, columns: Sequence[str], key: str) -> str:
        """These columns of the row with this key, as a JSON object; empty if there is none."""

    async def address(self, table: str, columns: Sequence[str]) -> str:
        """An ``http://`` address that answers what :meth:`look` does, with a place for the key."""


class MadeRows:
    """Reads them in a session of its own for each look: faults do not affect it."""

    def __init__(self, database: Callable[[], DatabaseServer]) -> None:
        self._database = database
        self._looks: list[tuple[str, tuple[str, ...]]] = []
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None

    async def rows(self, key: str) -> Mapping[str, Row]:
        """The row with this key, of each table in which there is exactly one."""
        found: dict[str, Row] = {}
        for table in await self._values(TABLES):
            where = HAS_KEY.format(key=_checked(key))
            query = f"SELECT to_jsonb(t)::text FROM {table} t WHERE {where} LIMIT 2"  # noqa: S608 - quoted by the server
            texts = await self._values(query)
            if len(texts) == 1:
                found[str(table)] = json.loads(texts[0])
        return found

    async def look(self, table: str, columns: Sequence[str], key: str) -> str:
        """These columns of the row with this key, as a JSON object; empty if there is none."""
        pairs = ", ".join(f"'{_checked(one)}', t.\"{_checked(one)}\"" for one in columns)
        where = HAS_KEY.format(key=_checked(key))
        query = f"SELECT json_build_object({pairs})::text FROM {table} t WHERE {where} LIMIT 1"  # noqa: S608 - checked
        return str(next(iter(await self._values(query)), ""))

    async def address(self, table: str, columns: Sequence[str]) -> str:
        """An ``http://`` address that answers what :meth:`look` does, with a place for the key."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        look = (table, tuple(columns))
        if look not in self._looks:
            self._looks.append(look)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/{self._token}/{self._looks.index(look)}/{PLACE}"

    async def close(self) -> None:
        """End the server. Looks that are under way get no answer."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _values(self, query: str) -> Sequence[Any]:
        """The answer; nothing while the database is down, or a table is locked."""
        with contextlib.suppress(InjectionFailed, TimeoutError):
            async with asyncio.timeout(CALL_SECONDS), self._database().session() as session:
                return await session.values(query)
        return ()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TimeoutError, asyncio.LimitOverrunError):
            async with asyncio.timeout(CALL_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                body = (await self._answer(head.decode("latin-1"))).encode()
                told = ANSWER.format(length=len(body)) + "Connection: close\r\n\r\n"
                writer.write(told.encode() + body)
                await writer.drain()
        writer.close()

    async def _answer(self, head: str) -> str:
        asked = REQUEST.match(head)
        if asked is None or not secrets.compare_digest(asked[1], self._token):
            return ""
        number = int(asked[2])
        return await self.look(*self._looks[number], asked[3]) if number < len(self._looks) else ""


def _checked(name: str) -> str:
    if not KEY.fullmatch(name):
        raise ValueError(f"not a plain name: {name!r}")
    return name
