"""A connection whose answer was an error is not used again.

    request 1 ◀── 500, by an exception that nothing handled      uvicorn closes after that
              ◀── 401, then an exception when a session is closed      and after that
    request 2 ──▶ on the same connection, a millisecond later    cut, though the app never saw it

Clients cannot tell such a cut from that of a request that the app had begun.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Self

import aiohttp
from aiohttp.connector import Connection


class SpentAfterError(aiohttp.ClientResponse):
    """An answer that closes its connection if it is an error.

    It says so with the head of the answer. With its last byte aiohttp takes the connection back,
    and in the same moment another request may get it.
    """

    async def start(self, connection: Connection) -> Self:
        """Read the head of the answer."""
        protocol, transport = connection.protocol, connection.transport
        await super().start(connection)
        if self.status >= HTTPStatus.BAD_REQUEST:
            if protocol is not None:
                protocol.force_close()
            if self.connection is None and transport is not None:  # the whole answer was there
                transport.close()
        return self
