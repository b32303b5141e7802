"""``squall runs``: the runs that ``check`` and ``run`` stored in this directory."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from squall.cli.stored_runs import VERDICT_FILE, stored_runs
from squall.core.errors import ExitCode


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True,
              help="How many are listed.")  # fmt: skip
def runs(*, limit: int) -> int:
    """List the stored runs, newest first.

    Each line has the verdict, how many outages passed, failed or were inconclusive, and the
    directory for report, recheck, compare and replay.
    """
    found = stored_runs()
    for path in found[:limit]:
        click.echo(_line(path))
    if not found:
        click.echo("no stored run here; make one with: squall check")
    elif len(found) > limit:
        click.echo(f"{len(found) - limit} older ones: --limit {len(found)}")
    return int(ExitCode.PASS)


def _line(path: Path) -> str:
    try:
        document = json.loads((path / VERDICT_FILE).read_text(encoding="utf-8"))
        counts = Counter(outage["verdict"] for outage in document["outages"])
        counts["lab failed"] = len(document.get("broken", ()))
        verdict = str(document["verdict"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{'unreadable':12}  {path}"
    told = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    return f"{verdict:12}  {path}  {told}"
