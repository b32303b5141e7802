"""pgbench select-only through the engines, at 1, 8 and 32 clients.

Figures: throughput at least 1.4, 1.2 and 1.3 times Toxiproxy's, added latency at most 0.5, 0.7 and
0.6 times; with rules armed that never match ≥ 0.8 times the engine without them.

A turn lasts SQUALL_BENCH_SECONDS (3), there are SQUALL_BENCH_ROUNDS of them (5), and
SQUALL_BENCH_CLIENTS says how many clients ("1,8,32").
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess

from common.engines import Bench, bench, interleaved, program
from common.figures import record

SECONDS = os.environ.get("SQUALL_BENCH_SECONDS", "3")
CLIENTS = [int(word) for word in os.environ.get("SQUALL_BENCH_CLIENTS", "1,8,32").split(",")]

AIMS = {1: (1.4, 0.5), 8: (1.2, 0.7), 32: (1.3, 0.6)}
"""By clients: throughput at least, added latency at most, as shares of Toxiproxy's."""


def pgbench(port: int, *arguments: str) -> str:
    command = [
        program("pgbench"),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-U",
        "app",
        *arguments,
        "app",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"pgbench failed:\n{done.stderr}")
    return done.stdout


def tps(port: int, clients: int) -> float:
    words = ("-S", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", SECONDS)
    found = re.search(r"tps = ([\d.]+)", pgbench(port, *words))
    return float(found[1]) if found else 0.0


def table(measured: dict[int, dict[str, float]], names: list[str]) -> None:
    print("| clients | " + " | ".join(f"{name} tps" for name in names) + " | x Toxiproxy"
          " | added latency x Toxiproxy's | with rules x without |")  # fmt: skip
    print("|---:|" + "---:|" * (len(names) + 3))
    for clients, seen in measured.items():
        cells = [f"{seen[name]:,.0f}" for name in names]
        added = {name: clients / seen[name] - clients / seen["direct"] for name in names}
        if "toxiproxy" in seen:
            cells.append(f"{seen['embedded'] / seen['toxiproxy']:.2f}")
            cells.append(f"{added['embedded'] / added['toxiproxy']:.2f}")
            share, late = seen["embedded"] / seen["toxiproxy"], added["embedded"]
            least, most = AIMS.get(clients, (1.0, 1.0))
            record(f"throughput x Toxiproxy's, {clients} clients", share, at_least=least)
            late /= added["toxiproxy"]
            record(f"added latency x Toxiproxy's, {clients} clients", late, at_most=most)
        else:
            cells += ["-", "-"]
        ruled = seen["embedded + rules"] / seen["embedded"]
        record(f"with rules x without, {clients} clients", ruled, at_least=0.8)
        cells.append(f"{ruled:.2f}")
        print(f"| {clients} | " + " | ".join(cells) + " |")


async def main() -> None:
    async with bench() as side_by_side:
        await asyncio.to_thread(run, side_by_side)


def run(side_by_side: Bench) -> None:
    pgbench(side_by_side.ports["direct"], "-i", "-q", "-s", "1")
    names = list(side_by_side.ports)
    measured = {
        clients: interleaved(names, lambda name, n=clients: tps(side_by_side.ports[name], n))
        for clients in CLIENTS
    }
    table(measured, names)


if __name__ == "__main__":
    asyncio.run(main())
