"""Read an app's gauges in Prometheus' text format.

Format: prometheus.io/docs/instrumenting/exposition_formats. Gauges of the Python client about the
interpreter and the process are not about the app, and are left out.
"""

from __future__ import annotations

import asyncio
import math
import re
from http import HTTPStatus

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from squall.workload.http_exchange import client_session, exchange

SCRAPE_SECONDS = 1.0
MAX_BYTES = 1024 * 1024
MAX_GAUGES = 64
OTHERS = ("python_", "process_")


async def gauges(host: str, port: int, path: str, scheme: str = "http") -> dict[str, float] | None:
    """Each gauge with the sum over its labels; None if there was no answer within a second."""
    text = await page(host, port, path, scheme)
    if text is None:
        return None
    try:
        return parsed(text) or None
    except (ValueError, KeyError, IndexError):
        return None


def parsed(text: str) -> dict[str, float]:
    """The gauges of a scrape, at most :data:`MAX_GAUGES`.

    Raises:
        ValueError: the text is not in Prometheus' format.
    """
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(_gauges_only(text)):
        value = sum(sample.value for sample in family.samples if sample.name == family.name)
        if math.isfinite(value) and len(found) < MAX_GAUGES:
            found[family.name] = value
    return found


def _gauges_only(text: str) -> str:
    """The lines of the app's own gauges.

    The parser needs about 50 µs per line, and histograms have hundreds of lines. A scrape during a
    measurement must not parse those.
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
    """The name in ``# TYPE name gauge``; empty for other lines, and for gauges that are
    left out.
    """
    match line.split():
        case ["#", "TYPE", name, "gauge"] if not name.startswith(OTHERS):
            return name
    return ""


async def page(host: str, port: int, path: str, scheme: str = "http") -> str | None:
    """The body of a complete answer with status 200; None if none came within a second."""
    url = f"{scheme}://{host}:{port}{path}"
    try:
        async with (
            asyncio.timeout(SCRAPE_SECONDS),
            client_session(SCRAPE_SECONDS, fresh=True) as session,
        ):
            answer = await exchange(session, "GET", url, keep=MAX_BYTES)
    except (OSError, TimeoutError, ValueError, aiohttp.ClientError):
        return None
    return answer.text if answer.status == HTTPStatus.OK and answer.whole else None
