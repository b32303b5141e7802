"""A connection whose answer was an error is not used again.

    request 1 ◀── 500, by an exception that nothing handled      uvicorn closes after that
              ◀── 401, then an exception when a session is closed      and after that
    request 2 ──▶ on the same connection, a millisecond later    cut, though the app never saw it

Clients cannot tell such a cut from that of a request that the app had begun.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Self

import aiohttp
from aiohttp.connector import Connection


class SpentAfterError(aiohttp.ClientResponse):
    """An answer that closes its connection if it is an error.

    aiohttp takes the connection back with the last byte, so this holds on to it.
    """

    _own: asyncio.Transport | None = None

    async def start(self, connection: Connection) -> Self:
        """Read the head of the answer."""
        self._own = connection.transport
        await super().start(connection)
        return self

    def leave(self) -> None:
        """Call it once the answer was read."""
        if self.status >= HTTPStatus.BAD_REQUEST and self._own is not None:
            self._own.close()
