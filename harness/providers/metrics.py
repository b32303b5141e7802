"""What an app tells of itself in Prometheus' text format: its gauges.

Format: prometheus.io/docs/instrumenting/exposition_formats. Gauges of the Python client about the
interpreter and the process are not the app's own, and are left out.
"""

from __future__ import annotations

import asyncio
import io
import math
import re
from http.client import HTTPException, HTTPResponse
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

SCRAPE_SECONDS = 1.0
MOST_BYTES = 1024 * 1024
MOST_GAUGES = 64
OTHERS = ("python_", "process_")


async def gauges(host: str, port: int, path: str) -> dict[str, float] | None:
    """Each gauge with the sum over its labels; None when there was none in a second."""
    text = await _get(host, port, path)
    if text is None:
        return None
    try:
        return parsed(text) or None
    except (ValueError, KeyError, IndexError):
        return None


def parsed(text: str) -> dict[str, float]:
    """The gauges of a scrape, at most :data:`MOST_GAUGES`.

    Raises:
        ValueError: it is not Prometheus' text format.
    """
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(_gauges_only(text)):
        value = sum(sample.value for sample in family.samples if sample.name == family.name)
        if math.isfinite(value) and len(found) < MOST_GAUGES:
            found[family.name] = value
    return found


def _gauges_only(text: str) -> str:
    """The lines of the app's own gauges.

    The parser needs some 50 µs a line, and histograms have hundreds of them: whoever scrapes during
    a measurement must not read those.
    """
    lines = text.splitlines()
    typed = {name for line in lines if (name := _typed_gauge(line))}
    return (
        "\n".join(
            line
            for line in lines
            if _typed_gauge(line) or re.split(r"[{\s]", line, maxsplit=1)[0] in typed
        )
        + "\n"
    )


def _typed_gauge(line: str) -> str:
    """The name in ``# TYPE name gauge``; empty for every other line, and for others' gauges."""
    match line.split():
        case ["#", "TYPE", name, "gauge"] if not name.startswith(OTHERS):
            return name
    return ""


async def _get(host: str, port: int, path: str) -> str | None:
    """The body of a 200; read to its end, which the server gives by closing."""
    writer = None
    try:
        async with asyncio.timeout(SCRAPE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            asked = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
            writer.write(asked.encode())
            return _body(await _all(reader))
    except (OSError, TimeoutError, HTTPException, ValueError):
        return None
    finally:
        if writer is not None:
            writer.close()


async def _all(reader: asyncio.StreamReader) -> bytes:
    parts = bytearray()
    while len(parts) <= MOST_BYTES and (part := await reader.read(65_536)):
        parts += part
    return bytes(parts)


class _Answer:
    """As much of a socket as http.client asks for: the bytes are all here already."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, *_mode: object) -> io.BytesIO:
        return io.BytesIO(self._received)


def _body(received: bytes) -> str | None:
    stand_in: Any = _Answer(received)
    answer = HTTPResponse(stand_in)
    answer.begin()
    text = answer.read().decode("utf-8", errors="replace")
    return text if answer.status == 200 else None  # noqa: PLR2004 - HTTP's OK
