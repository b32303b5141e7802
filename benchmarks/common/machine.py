"""On which machine, with which versions, and when."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process.engine_process import find_toxiproxy


def lines() -> list[tuple[str, str]]:
    """What the figures depend on, by name."""
    return [
        ("date", f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"),
        ("machine", f"{_processor()}, {os.cpu_count()} CPUs, {_memory()}"),
        ("load average", ", ".join(f"{one:.2f}" for one in os.getloadavg())),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Squall", f"{version('squall')} {_output('git', 'describe', '--always', '--dirty')}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", _postgres()),
        ("Toxiproxy", _toxiproxy()),
    ]


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").exists() else ""
    found = re.search(r"model name\s*: (.+)", text)
    return found[1] if found else platform.machine()


def _memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GiB"


def _postgres() -> str:
    try:
        return _output(str(postgres_binaries.find() / "postgres"), "--version")
    except LabError:
        return "none"


def _toxiproxy() -> str:
    found = find_toxiproxy()
    return _output(found, "--version") if found else "none"


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return "unknown"
    return done.stdout.strip().replace("\n", " ") or "unknown"
