"""The p95 during the two outages with little bandwidth, on both engines, turn by turn in one run.

Figure: the embedded engine's median within 20 % of Toxiproxy's. Turns: SQUALL_BENCH_TURNS (5).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from common.figures import record
from common.missing import skip
from squall.lab.providers.process.engine_process import INSTALL, find_toxiproxy

OUTAGES = ("low-bandwidth", "slow-clients")
ENGINES = ("embedded", "toxiproxy")
TURNS = int(os.environ.get("SQUALL_BENCH_TURNS", "5"))


def p95_during(engine: str, seed: int) -> dict[str, float]:
    """Milliseconds, by outage."""
    words = [word for name in OUTAGES for word in ("--only", name)]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "squall.cli", "check", "reference", *words, "--quiet",
             "--jobs", "1", "--engine", engine, "--seed", str(seed), "--output", folder],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        story = json.loads((Path(folder) / "verdict.json").read_text("utf-8"))
    return {each["scenario"]: each["windows"]["during"]["p95_ms"] for each in story["outages"]}


def main() -> None:
    if find_toxiproxy() is None:
        skip("toxiproxy", INSTALL)
    turns = [{engine: p95_during(engine, seed) for engine in ENGINES} for seed in range(TURNS)]
    print("| outage | embedded, p95 ms during | toxiproxy | ratio | by turn |")
    print("|---|---:|---:|---:|---|")
    for name in OUTAGES:
        seen = {engine: [turn[engine][name] for turn in turns] for engine in ENGINES}
        middle = {engine: statistics.median(values) for engine, values in seen.items()}
        ratios = ", ".join(f"{one / two:.2f}" for one, two in zip(*seen.values(), strict=True))
        ratio = middle["embedded"] / middle["toxiproxy"]
        record(f"{name}: p95 during, difference from Toxiproxy's", abs(ratio - 1), at_most=0.2)
        print(f"| {name} | {middle['embedded']:.1f} | {middle['toxiproxy']:.1f}"
              f" | {ratio:.2f} | {ratios} |")  # fmt: skip


if __name__ == "__main__":
    main()
