"""Wait for readiness by polling, never by sleeping: of PostgreSQL sessions, and of the app."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aiohttp

from squall.lab.endpoint import Endpoint
from squall.workload.http_exchange import BODY_KEPT, Answer, client_session, exchange

PROTOCOL_3_0 = 196_608
"""PostgreSQL documentation, "Message Formats", StartupMessage."""

AUTHENTICATED = struct.pack("!cii", b"R", 8, 0)
"""AuthenticationOk. Another message of this kind requests a password, so the server is up, too."""

ASK_SECONDS = 1.0
ACCEPTS_SECONDS = 5.0
"""An app without a pool may hold every session of the server until its requests have ended."""

FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.004, 0.02
PAUSE_SHARE = 0.01
"""Pause between two polls, as a share of the time waited so far: an error of 1 %, and a server that
takes seconds to start is not slowed down by the polling.
"""


async def wait_until(ask: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Poll until the answer is yes; False if the time is over."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < seconds:
        if await ask():
            return True
        pause = max(FIRST_PAUSE_SECONDS, min(waited * PAUSE_SHARE, LAST_PAUSE_SECONDS))
        await asyncio.sleep(pause)
    return False


async def accepts_soon(ask: Callable[[], Awaitable[bool]]) -> bool:
    """Whether a server that runs accepts a session, now or in a moment."""
    return await wait_until(ask, ACCEPTS_SECONDS)


def _startup_message(user: str, database: str) -> bytes:
    fields = b"".join(
        word.encode() + b"\0"
        for word in ("user", user, "database", database, "application_name", "squall-observer")
    )
    return struct.pack("!ii", len(fields) + 9, PROTOCOL_3_0) + fields + b"\0"


async def accepts_sessions(server: Endpoint | Path, user: str, database: str) -> bool:
    """Whether PostgreSQL accepts a session: it authenticates, and does not answer 57P03.

    ``server``: its address, or the path of its Unix socket.
    """
    message = _startup_message(user, database)
    writer = None
    try:
        async with asyncio.timeout(ASK_SECONDS):
            if isinstance(server, Path):
                reader, writer = await asyncio.open_unix_connection(server)
            else:
                reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(message)
            if await reader.readexactly(1) != AUTHENTICATED[:1]:
                return False
            if await reader.readexactly(8) == AUTHENTICATED[1:]:
                writer.write(b"X\0\0\0\x04")
            return True
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()


async def answers_http(host: str, port: int, path: str) -> bool:
    """Whether a GET is answered with a status below 300."""
    status = await _status_once_it_listens(host, port, path)
    return status is not None and status < 300  # noqa: PLR2004 - HTTP's 2xx


async def answers_at_all(host: str, port: int, path: str, scheme: str = "http") -> bool:
    """Whether a GET is answered with any status except a server error: 404 counts as an answer."""
    status = await _status_once_it_listens(host, port, path, scheme)
    return status is not None and status < 500  # noqa: PLR2004 - HTTP's 5xx


async def _status_once_it_listens(
    host: str, port: int, path: str, scheme: str = "http"
) -> int | None:
    """Try a bare connection first: it costs a tenth of a request while nothing listens."""
    try:
        async with asyncio.timeout(ASK_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return None
    writer.close()
    return await http_status(host, port, path, scheme)


async def http_status(
    host: str,
    port: int,
    path: str,
    scheme: str = "http",
    headers: Mapping[str, str] | None = None,
) -> int | None:
    """The status that answers a GET; None if no answer came within a second."""
    answer = await http_answer(host, port, path, scheme, headers, keep=0)
    return None if answer is None else answer.status


async def http_answer(
    host: str,
    port: int,
    path: str,
    scheme: str = "http",
    headers: Mapping[str, str] | None = None,
    *,
    keep: int = BODY_KEPT,
) -> Answer | None:
    """What answers a GET, with ``keep`` bytes of its body; None after a second without one."""
    try:
        async with (
            asyncio.timeout(ASK_SECONDS),
            client_session(ASK_SECONDS, fresh=True) as session,
        ):
            url = f"{scheme}://{host}:{port}{path}"
            return await exchange(session, "GET", url, headers=headers or {}, keep=keep)
    except (OSError, TimeoutError, ValueError, aiohttp.ClientError):
        return None
