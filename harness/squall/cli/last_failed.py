"""``--last-failed``: outages that did not pass in the last run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from squall.cli.stored_runs import VERDICT_FILE, stored_runs


def last_failed_names(output: Path) -> tuple[str, ...]:
    """Outages of the last run that failed, were inconclusive or broke their lab, in its order.

    The last run is the one in ``output`` if there is one, else the newest stored one. Empty if
    there is none or all passed: then everything runs, as with pytest's option of this name.
    """
    runs = [output] if (output / VERDICT_FILE).is_file() else stored_runs()
    if not runs:
        click.echo("--last-failed: there is no stored run, so every outage runs", err=True)
        return ()
    document: dict[str, Any] = json.loads((runs[0] / VERDICT_FILE).read_text(encoding="utf-8"))
    names = [one["scenario"] for one in document["outages"] if one["verdict"] != "pass"]
    names += [one["scenario"] for one in document.get("broken", ())]
    if not names:
        click.echo(f"--last-failed: all passed in {runs[0]}, so every outage runs", err=True)
    return tuple(dict.fromkeys(names))
