"""Readiness by asking, never by sleeping: does the server take a session, does the app answer?"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable

PROTOCOL_3_0 = 196_608
"""PostgreSQL documentation, "Message Formats", StartupMessage."""

ASK_SECONDS = 1.0
PAUSE_SECONDS = 0.004
"""Between two questions: short against every figure that is measured."""


async def until(ask: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Ask until the answer is yes; False when the time is over."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if await ask():
            return True
        await asyncio.sleep(PAUSE_SECONDS)
    return False


async def accepts_sessions(host: str, port: int, user: str, database: str) -> bool:
    """Whether PostgreSQL lets a session in: AuthenticationOk, and not 57P03 or a closed port."""
    fields = b"".join(
        word.encode() + b"\0"
        for word in ("user", user, "database", database, "application_name", "squall-observer")
    )
    message = struct.pack("!ii", len(fields) + 9, PROTOCOL_3_0) + fields + b"\0"
    writer = None
    try:
        async with asyncio.timeout(ASK_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(message)
            answer = await reader.readexactly(1)
            if answer == b"R":
                writer.write(b"X\0\0\0\x04")
            return answer == b"R"
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()


async def answers_http(host: str, port: int, path: str) -> bool:
    """Whether a GET is answered with a status below 300."""
    status = await http_status(host, port, path)
    return status is not None and status < 300  # noqa: PLR2004 - HTTP's 2xx


async def answers_at_all(host: str, port: int, path: str) -> bool:
    """Whether a GET is answered with anything but an error of the server's: 404 is an answer."""
    status = await http_status(host, port, path)
    return status is not None and status < 500  # noqa: PLR2004 - HTTP's 5xx


async def http_status(host: str, port: int, path: str) -> int | None:
    """The status that a GET is answered with; None when no answer came in a second."""
    writer = None
    try:
        async with asyncio.timeout(ASK_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            words = (await reader.readline()).split(b" ")
            return int(words[1])
    except (OSError, TimeoutError, ValueError, IndexError):
        return None
    finally:
        if writer is not None:
            writer.close()
