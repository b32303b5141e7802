"""The engine as a program: ``python -m faults.proxy``, with Toxiproxy's options."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import random
import signal
import sys
from pathlib import Path

from faults.proxy import http, listening
from faults.proxy.api import VERSION, Api
from faults.proxy.collection import Collection
from faults.proxy.errors import ApiError
from faults.proxy.metrics import Metrics

USAGE_ERROR = 4
START_ERROR = 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override] # exits, as the original does
        """One line, and the exit code for wrong usage."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}; see --help\n")


def options(arguments: list[str]) -> argparse.Namespace:
    """Toxiproxy's flags, with one or two dashes."""
    parser = _Parser(prog="squall-proxy", description=__doc__, allow_abbrev=False)
    parser.add_argument("-host", "--host", default="localhost", help="address of the API")
    parser.add_argument("-port", "--port", type=int, default=8474, help="port of the API; 0: any")
    parser.add_argument("-config", "--config", type=Path, help="JSON array of proxies to create")
    parser.add_argument("-seed", "--seed", type=int, help="seed of toxicity and jitter")
    for name, of in (("proxy-metrics", "the proxies"), ("runtime-metrics", "this process")):
        parser.add_argument(
            f"-{name}", f"--{name}", action="store_true", help=f"/metrics shows {of}"
        )
    parser.add_argument("-version", "--version", action="version", version=VERSION)
    return parser.parse_args(arguments)


async def run(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    seed = random.SystemRandom().randrange(2**31) if chosen.seed is None else chosen.seed
    proxies = Collection(seed)
    if chosen.config is not None:
        await _configured(proxies, chosen.config)
    listener = await listening.opened(f"{chosen.host}:{chosen.port}", 128)
    host, port = listener.getsockname()[:2]
    metrics = Metrics(proxies, of_proxies=chosen.proxy_metrics, of_runtime=chosen.runtime_metrics)
    api = Api(proxies, loopback=ipaddress.ip_address(host).is_loopback, metrics=metrics)
    server = await asyncio.start_server(
        http.Server(api.handle).__call__, sock=listener, limit=http.MOST_HEAD
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    _say(json.dumps({"listening": f"{host}:{port}", "seed": seed}))
    await stopped.wait()
    server.close()
    await proxies.close()


async def _configured(proxies: Collection, path: Path) -> None:
    """Create the proxies of a file; errors are told and the server starts all the same."""
    try:
        raw = await asyncio.to_thread(path.read_bytes)
        _, error = await proxies.populate(raw)
    except (OSError, ApiError) as failure:
        error = failure if isinstance(failure, ApiError) else ApiError(str(failure), 400)
    if error is not None:
        sys.stderr.write(f"squall-proxy: {path}: {error.text}\n")


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main() -> None:
    """Entry point of ``squall-proxy``."""
    chosen = options(sys.argv[1:])
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
