"""The engine as a program: ``python -m squall_faults.proxy``, with Toxiproxy's options."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import logging
import os
import random
import signal
import sys
from pathlib import Path

from squall_faults.proxy.api import http
from squall_faults.proxy.api.metrics import EngineMetrics
from squall_faults.proxy.api.routes import VERSION, Api
from squall_faults.proxy.core import listener
from squall_faults.proxy.core.collection import Collection
from squall_faults.proxy.core.descriptors import raise_limit
from squall_faults.proxy.errors import ApiError
from squall_faults.proxy.flags import configure_log, parse_flags

START_ERROR = 3

RECURSION_LIMIT = 4000
"""A chunk goes down a chain of as many toxics as a proxy may have, six calls each."""

TOKEN_VARIABLE = "SQUALL_ENGINE_TOKEN"  # noqa: S105 - a name
"""Who may use the API: an environment variable, since arguments are shown to every user."""


async def run(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    seed = random.SystemRandom().randrange(2**31) if chosen.seed is None else chosen.seed
    proxies = Collection(seed)
    if chosen.config is not None:
        await _configured(proxies, chosen.config)
    host = chosen.host or "0.0.0.0"  # noqa: S104 - asked for with an empty text, as in Toxiproxy
    listening = await listener.open_listener(f"{_bracketed(host)}:{chosen.port}", 128)
    host, port = listening.getsockname()[:2]
    api = _api(proxies, host, chosen)
    server = await asyncio.start_server(
        http.Server(api.handle).__call__, sock=listening, limit=http.MAX_HEAD
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    _say(json.dumps({"listening": f"{host}:{port}", "seed": seed}))
    await stopped.wait()
    server.close()
    await proxies.close()


def _api(proxies: Collection, host: str, chosen: argparse.Namespace) -> Api:
    metrics = EngineMetrics(
        proxies, of_proxies=chosen.proxy_metrics, of_runtime=chosen.runtime_metrics
    )
    return Api(
        proxies,
        loopback=ipaddress.ip_address(host).is_loopback,
        metrics=metrics,
        token=os.environ.pop(TOKEN_VARIABLE, ""),
    )


async def _configured(proxies: Collection, path: Path) -> None:
    """Create the proxies of a file; errors are logged and the server starts all the same."""
    try:
        raw = await asyncio.to_thread(path.read_bytes)
        _, error = await proxies.populate(raw)
    except (OSError, ApiError) as failure:
        error = failure if isinstance(failure, ApiError) else ApiError(str(failure), 400)
    if error is not None:
        sys.stderr.write(f"squall-proxy: {path}: {error.text}\n")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main() -> None:
    """Entry point of ``squall-proxy``."""
    chosen = parse_flags(sys.argv[1:], VERSION)
    configure_log()
    limit = raise_limit()
    logging.getLogger("squall.proxy").info("at most %d open files", limit)
    sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        import uvloop  # noqa: PLC0415 - optional, and only the program decides on the loop

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(run(chosen))
    except ApiError as error:
        sys.stderr.write(f"squall-proxy: {error.text}; choose another --port\n")
        raise SystemExit(START_ERROR) from error


if __name__ == "__main__":
    main()
