"""PostgreSQL with proxies in front of it, side by side: direct, embedded engine, real Toxiproxy."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process.engine_process import INSTALL, EngineProcess, find_toxiproxy
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog
from squall_faults.toxiproxy import ToxiproxyServer

from common.missing import leave_out, skip

ROUNDS = int(os.environ.get("SQUALL_BENCH_ROUNDS", "5"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Ports on loopback where the same server can be reached."""

    postgres: PostgresProcess
    ports: dict[str, int]
    servers: dict[str, ToxiproxyServer]
    pids: dict[str, int]


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """Everything started; Toxiproxy only where it is found, and told when it is not."""
    keeper = Watchdog()
    directory = Path(tempfile.mkdtemp(prefix="squall-bench-"))
    directory.chmod(0o755)  # noqa: ASYNC240 - before anything is measured
    postgres = PostgresProcess(directory, keeper)
    engines = {"embedded": EngineProcess(directory, keeper)}
    binary = find_toxiproxy()
    if binary:
        engines["toxiproxy"] = EngineProcess(directory, keeper, binary)
    elif leave_out("toxiproxy", f"nothing is compared with it; install: {INSTALL}"):
        raise SystemExit(1)
    try:
        await postgres.start()
        yield await _wired(postgres, engines)
    finally:
        for engine in engines.values():
            await engine.close()
        await postgres.close()
        shutil.rmtree(directory, ignore_errors=True)
        await keeper.close()


async def _wired(postgres: PostgresProcess, engines: dict[str, EngineProcess]) -> Bench:
    ports, servers, pids = {"direct": postgres.port}, {}, {}
    os.environ["PGPASSWORD"] = postgres.secrets.app  # for the client programs that are measured
    upstream = f"{postgres.host}:{postgres.port}"
    for name, engine in engines.items():
        await engine.start(1)
        server = ToxiproxyServer(engine.api.host, engine.api.port)
        ports[name] = _port(await server.create("plain", upstream=upstream))
        servers[name], pids[name] = server, engine.pid
        if name == "embedded":
            listen = await server.create("ruled", upstream=upstream, protocol="postgresql")
            ports["embedded + rules"] = _port(listen)
            for number in range(2):
                rule = {"on": "statement", "statement": f"never matches {number}", "do": "cut"}
                await server.post("/proxies/ruled/rules", rule)
    return Bench(postgres=postgres, ports=ports, servers=servers, pids=pids)


def _port(listen: str) -> int:
    return int(listen.rpartition(":")[2])


def program(name: str) -> str:
    """A client program of PostgreSQL, beside the server's or on PATH."""
    beside = postgres_binaries.find() / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        skip(name, "install it with: apt install postgresql-client")
    return found


def interleaved(
    names: Sequence[str], measure: Callable[[str], float], rounds: int = ROUNDS
) -> dict[str, float]:
    """The median of each, measured in turns so that the machine's moods hit all alike."""
    seen: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            seen[name].append(measure(name))
    return {name: statistics.median(values) for name, values in seen.items()}


def resident_mib(pid: int) -> float:
    """Memory that a process holds now, in MiB."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
